"""SpecAugment's time masks, on waves."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from augmint.audio.clips import AUDIO
from augmint.audio.ops.base import AudioOp, Draw, check_audio, draws_of, empty
from augmint.audio.ops.registry import register
from augmint.core.interfaces import Batch

STRETCHES, LONGEST = 2, 0.075  # each at most 7.5 % of the clip, together 15 %
_FADE = 0.005  # seconds


@register
class TimeDrop(AudioOp):
    """Silences two stretches of the clip, each of a length drawn from 0 to 7.5 % of its true length. Fades of 5 ms lie within.

    Source: Park et al. 2019, "SpecAugment: a simple data augmentation method for automatic speech recognition".
    """

    name = "time_drop"
    units = 2 * STRETCHES

    def change(self, wave: Tensor, draw: Draw) -> Tensor:
        out = wave.clone()
        self._silence(_editable(out), draw)
        return out

    def apply(self, batch: Batch, parameters: Batch) -> Batch:
        audio, length = check_audio(batch, self.name)
        if audio.dtype != torch.float32:
            return super().apply(batch, parameters)
        out = empty(audio, *audio.shape).copy_(audio)  # in one go: the clips keep their lengths
        for row, end, draw in zip(_editable(out), length.tolist(), draws_of(parameters)):
            self._silence(row[:end], draw)
        return {**batch, AUDIO: out}

    def _silence(self, clip: Any, draw: Draw) -> None:
        """In place."""
        length = len(clip)
        for size, place in zip(draw.unit[:STRETCHES], draw.unit[STRETCHES:]):
            width = int(LONGEST * draw.magnitude * size * length)
            start = int(place * (length - width + 1))
            stop = start + width
            fade = min(width // 2, int(_FADE * self.setting.sampling_rate))
            down, up = _ramps(fade, getattr(clip, "device", "cpu"))
            clip[start : start + fade] *= down
            clip[start + fade : stop - fade] = 0
            clip[stop - fade : stop] *= up


def _editable(audio: Tensor) -> Any:
    """On the CPU an array over the same memory: its short slices are made several times as fast."""
    return audio.numpy() if audio.device.type == "cpu" else audio


@lru_cache(maxsize=64)
def _ramps(fade: int, device: Any) -> tuple[Any, Any]:
    """From full level to silence and back, float32 (fade,), of the kind that `_editable` gives on that device."""
    up = ((torch.arange(fade) + 0.5) / max(fade, 1)).to(device)
    return _editable(up.flip(0)), _editable(up)
