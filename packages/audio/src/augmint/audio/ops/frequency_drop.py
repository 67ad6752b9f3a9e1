"""SpecAugment's frequency masks, on waves."""

from __future__ import annotations

import math

from torch import Tensor

from augmint.audio.ops.base import Draw
from augmint.audio.ops.filters import FilterOp, below
from augmint.audio.ops.registry import register

BANDS, WIDEST = 2, 27 / 80  # each at most 27 of 80 mels


@register
class FrequencyDrop(FilterOp):
    """Removes two bands, each of a width drawn from 0 to 27 of 80 mels, anywhere between 0 Hz and half the sampling rate.

    Source: Park et al. 2019, "SpecAugment: a simple data augmentation method for automatic speech recognition".
    """

    name = "frequency_drop"
    units = 2 * BANDS

    def gain(self, hertz: Tensor, draw: Draw) -> Tensor:
        gain, whole = hertz.new_ones(len(hertz)), _mels(float(hertz[-1]))
        for size, place in zip(draw.unit[:BANDS], draw.unit[BANDS:]):
            width = WIDEST * draw.magnitude * size
            low = place * (1 - width)
            gain = gain * (1 - below(hertz, _hertz((low + width) * whole)) + below(hertz, _hertz(low * whole)))
        return gain


def _mels(hertz: float) -> float:
    return 2595 * math.log10(1 + hertz / 700)


def _hertz(mels: float) -> float:
    return float(700 * (10 ** (mels / 2595) - 1))
