"""A batch of clips: int16 samples padded with 0, and their true lengths."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from augmint.audio.files import FULL_SCALE
from augmint.core.interfaces import Batch

AUDIO, LENGTH = "audio", "audio_length"


def to_batch(clips: Sequence[np.ndarray]) -> Batch:
    """int16 clips of any lengths as `{"audio": int16 (n, L), "audio_length": int64 (n,)}`; L is the longest length."""
    lengths = torch.tensor([len(clip) for clip in clips], dtype=torch.int64)
    audio = torch.zeros(len(clips), int(lengths.max()) if len(clips) else 0, dtype=torch.int16)
    for row, clip in enumerate(clips):
        audio[row, : len(clip)] = torch.from_numpy(np.ascontiguousarray(clip))
    return {AUDIO: audio, LENGTH: lengths}


def to_clips(batch: Batch) -> list[np.ndarray]:
    """The clips of a batch without padding, int16."""
    lengths = batch[LENGTH].tolist()
    return [clip[:length].numpy() for clip, length in zip(batch[AUDIO].cpu(), lengths, strict=True)]


def inside(lengths: Tensor, width: int) -> Tensor:
    """Which samples belong to their clip, bool (n, width)."""
    return torch.arange(width, device=lengths.device) < lengths[:, None]


def to_float(audio: Tensor) -> Tensor:
    """int16 samples as float32 in [-1, 1); float samples as they are."""
    return audio if audio.is_floating_point() else audio.float() / FULL_SCALE


def to_int16(audio: Tensor, lengths: Tensor) -> Tensor:
    """float (n, L) as int16 with 0 beyond each length; a row louder than full scale is turned down as a whole, never clipped."""
    known = torch.where(inside(lengths, audio.shape[1]), audio, 0.0)
    if not audio.shape[1]:
        return known.to(torch.int16)
    wide = known * FULL_SCALE
    over = torch.maximum(wide.amax(1, keepdim=True) / (FULL_SCALE - 1), -wide.amin(1, keepdim=True) / FULL_SCALE)
    return (wide / over.clamp(min=1.0)).round().to(torch.int16)
