"""Loudness."""

from __future__ import annotations

import torch
from torch import Tensor

from augmint.audio.clips import AUDIO
from augmint.audio.ops.base import AudioOp, Draw, check_audio, draws_of, empty
from augmint.audio.ops.registry import register
from augmint.core.interfaces import Batch

MOST = 10.0  # dB


@register
class Gain(AudioOp):
    """Makes the clip louder or quieter, by up to 10 dB."""

    name = "gain"
    units = 1

    def change(self, wave: Tensor, draw: Draw) -> Tensor:
        return wave * _factor(draw)

    def apply(self, batch: Batch, parameters: Batch) -> Batch:
        audio, _ = check_audio(batch, self.name)
        if audio.dtype != torch.float32:
            return super().apply(batch, parameters)
        factors = torch.tensor([_factor(draw) for draw in draws_of(parameters)], device=audio.device)
        return {**batch, AUDIO: torch.mul(audio, factors[:, None], out=empty(audio, *audio.shape))}


def _factor(draw: Draw) -> float:
    return float(10 ** ((MOST if draw.unit[0] < 0.5 else -MOST) * draw.magnitude / 20))
