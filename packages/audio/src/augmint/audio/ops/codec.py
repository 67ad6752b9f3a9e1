"""Coarse numbers, as of telephone lines and old recordings."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from augmint.audio.ops.base import AudioOp, Draw
from augmint.audio.ops.registry import register

_MU = 255.0
COMPANDED, LINEAR = (9.0, 5.0), (12.0, 6.0)  # bits at the weakest and at the strongest


@register
class Codec(AudioOp):
    """Rounds the wave to few levels below its own peak: with mu-law companding (9 down to 5 bits) or evenly (12 down to 6 bits),
    each in half of the rows."""

    name = "codec"
    units = 1

    def change(self, wave: Tensor, draw: Draw) -> Tensor:
        peak = max(abs(float(end)) for end in torch.aminmax(wave))
        if not peak:
            return wave
        companded = draw.unit[0] < 0.5
        weak, strong = COMPANDED if companded else LINEAR
        levels = math.floor(2 ** (weak + (strong - weak) * draw.magnitude - 1))  # a whole number: the peak stays where it is
        if not companded:
            return (wave * (levels / peak)).round_().mul_(peak / levels)
        size = (wave.abs() * (_MU / peak)).log1p_().mul_(levels / math.log1p(_MU)).round_()
        return size.mul_(math.log1p(_MU) / levels).expm1_().mul_(peak / _MU).copysign_(wave)
