"""Clipping, as of a microphone that was too loud."""

from __future__ import annotations

import torch
from torch import Tensor

from augmint.audio.ops.base import Draw, SameLengthOp
from augmint.audio.ops.registry import register

MOST = 0.5  # part of the peak cut off


@register
class Clip(SameLengthOp):
    """Cuts off what lies above a part of the clip's own peak: all of it down to a half."""

    name = "clip"

    def write(self, wave: Tensor, draw: Draw, out: Tensor) -> None:
        limit = max(abs(float(end)) for end in torch.aminmax(wave)) * (1 - MOST * draw.magnitude)
        torch.clamp(wave, -limit, limit, out=out)
