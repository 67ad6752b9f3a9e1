"""Narrow bands, as of a telephone or a cheap microphone."""

from __future__ import annotations

from torch import Tensor

from augmint.audio.ops.base import Draw
from augmint.audio.ops.filters import FilterOp, below
from augmint.audio.ops.registry import register

HIGHEST, LOWEST = 8000.0, 3400.0  # Hz


@register
class BandLimit(FilterOp):
    """Removes what lies above a frequency between 8 kHz (or half the sampling rate) and 3.4 kHz, the telephone's limit."""

    name = "band_limit"

    def gain(self, hertz: Tensor, draw: Draw) -> Tensor:
        top = max(LOWEST, min(HIGHEST, float(hertz[-1])))
        return below(hertz, top * (LOWEST / top) ** draw.magnitude)
