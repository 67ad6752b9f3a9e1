"""Coarse numbers, as of telephone lines and old recordings."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

from augmint.audio.ops.base import Draw, SameLengthOp
from augmint.audio.ops.registry import register

_MU = 255.0
_STEPS = 2**13 - 1  # on each side of 0: what companding is given has 14 bits, as on telephone lines
COMPANDED, LINEAR = (9.0, 5.0), (12.0, 6.0)  # bits at the weakest and at the strongest


@register
class Codec(SameLengthOp):
    """Rounds the wave to few levels below its own peak: with mu-law companding (9 down to 5 bits) or evenly (12 down to 6 bits),
    each in half of the rows.

    Source: ITU-T G.711, "Pulse code modulation of voice frequencies" (the companding and the 14 bits it is given; with fewer bits a
    sample than its 8).
    """

    name = "codec"
    units = 1

    def write(self, wave: Tensor, draw: Draw, out: Tensor) -> None:
        lowest, highest = torch.aminmax(wave)
        peak = max(-lowest.item(), highest.item())
        if not peak:
            out.copy_(wave)
            return
        companded = draw.unit[0] < 0.5
        weak, strong = COMPANDED if companded else LINEAR
        levels = math.floor(2 ** (weak + (strong - weak) * draw.magnitude - 1))  # a whole number: the peak stays where it is
        if companded:
            steps = torch.mul(wave, _STEPS / peak, out=out).add_(_STEPS + 0.5).int()
            torch.index_select(_companded(levels).to(wave.device), 0, steps, out=out).mul_(peak)
        else:
            torch.mul(wave, levels / peak, out=out).round_().mul_(peak / levels)


@lru_cache(maxsize=256)  # as many as there are numbers of levels
def _companded(levels: int) -> Tensor:
    """What becomes of every step from -1 to 1, float32 (2 * _STEPS + 1,). Looking it up is several times as fast as logarithms."""
    step = torch.arange(-_STEPS, _STEPS + 1) / _STEPS
    size = (step.abs() * _MU).log1p().mul(levels / math.log1p(_MU)).round()
    return size.mul(math.log1p(_MU) / levels).expm1().div(_MU).copysign(step)
