"""Speed: faster is shorter and higher."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from augmint.audio.ops.base import AudioOp, Draw
from augmint.audio.ops.registry import register

MOST = 10  # per cent
_CROSSINGS, _ROLLOFF = 16, 0.95


@register
class Speed(AudioOp):
    """Plays the clip faster or slower by up to 10 %, in steps of 1 %; pitch and length follow. Nothing is cut off.

    Source: Ko et al. 2015, "Audio augmentation for speech recognition".
    """

    name = "speed"
    units = 1

    def change(self, wave: Tensor, draw: Draw) -> Tensor:
        step = round(MOST * draw.magnitude)
        return resampled(wave, 100 + (step if draw.unit[0] < 0.5 else -step)) if step else wave


def resampled(wave: Tensor, percent: int) -> Tensor:
    """The clip at `percent` of its speed: float32 (ceil(length * 100 / percent),), by a windowed sinc.

    A hundred output samples lie over `percent` input samples, at the same places in every such block: one matrix holds the weights
    of all places, so that a clip is one product of matrices.
    """
    kernel = _kernel(percent).to(wave.device)
    reach = (len(kernel) - percent) // 2
    length = -(-len(wave) * 100 // percent)
    blocks = -(-length // 100)
    padded = functional.pad(wave, (reach, max(0, blocks * percent + reach - len(wave))))
    return (padded.unfold(0, len(kernel), percent)[:blocks] @ kernel).reshape(-1)[:length]


@lru_cache(maxsize=32)
def _kernel(percent: int) -> Tensor:
    """Weights of input samples (rows) for 100 output samples (columns), float32."""
    cutoff = _ROLLOFF * min(1.0, 100 / percent)  # of the lower of the two rates: nothing is folded back
    reach = math.ceil(_CROSSINGS / cutoff)
    source = torch.arange(-reach, percent + reach, dtype=torch.float64)[:, None]
    distance = (source - torch.arange(100, dtype=torch.float64) * percent / 100) * cutoff
    window = torch.cos(distance.clamp(-_CROSSINGS, _CROSSINGS) * (math.pi / 2 / _CROSSINGS)).square()
    return (torch.sinc(distance) * window * cutoff).float()
