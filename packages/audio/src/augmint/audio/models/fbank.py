"""The features of Wav2Vec2-BERT and SeamlessM4T for a whole batch at once.

Transformers' own extractor goes frame by frame in Python, which takes longer than a small model's training step. This computes the
same numbers, up to rounding, with its filters and window.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

_FRAME, _HOP, _FFT = 400, 160, 512  # samples, whatever the rate: the extractor knows no others
_PREEMPHASIS, _FLOOR, _SCALE = 0.97, 1.192092955078125e-07, 2.0**15


def fbank(extractor: Any, waves: Sequence[np.ndarray]) -> dict[str, Tensor]:
    """What a `SeamlessM4TFeatureExtractor` gives for clips float32 (samples,) of at least one frame.

    Returns:
        "input_features" float32 (n, T, bins * stride), normalised by mel and clip, and "attention_mask" int64 (n, T).
    """
    counts = torch.tensor([1 + (len(wave) - _FRAME) // _HOP for wave in waves])
    padded = torch.zeros(len(waves), max(len(wave) for wave in waves))
    for row, wave in enumerate(waves):
        padded[row, : len(wave)] = torch.from_numpy(np.ascontiguousarray(wave))
    mels = _log_mels(extractor, padded)
    inside = (torch.arange(mels.shape[1]) < counts[:, None])[..., None]
    mels = _normalised(torch.where(inside, mels, 0.0), inside, counts[:, None, None])
    stride = int(extractor.stride)
    mels = F.pad(mels, (0, 0, 0, -mels.shape[1] % stride), value=float(extractor.padding_value))
    mask = (torch.arange(mels.shape[1]) < counts[:, None]).long()
    return {"input_features": mels.reshape(len(waves), -1, stride * mels.shape[2]), "attention_mask": mask[:, stride - 1 :: stride]}


def _log_mels(extractor: Any, waves: Tensor) -> Tensor:
    """float32 (n, L) to (n, frames, bins), each frame free of its mean and pre-emphasised by itself."""
    frames = (waves.double() * _SCALE).unfold(1, _FRAME, _HOP)
    frames = frames - frames.mean(2, keepdim=True)
    before = torch.cat([frames[..., :1], frames[..., :-1]], dim=2)
    frames = (frames - _PREEMPHASIS * before) * torch.from_numpy(np.asarray(extractor.window, dtype=np.float64))
    power = torch.fft.rfft(frames.float(), n=_FFT).abs().square()
    return (power @ torch.from_numpy(np.asarray(extractor.mel_filters, dtype=np.float32))).clamp(min=_FLOOR).log()


def _normalised(mels: Tensor, inside: Tensor, counts: Tensor) -> Tensor:
    """Mean 0 and variance 1 of every mel over the clip's own frames."""
    mean = mels.sum(1, keepdim=True) / counts
    gaps = torch.where(inside, mels - mean, 0.0)
    variance = gaps.square().sum(1, keepdim=True) / (counts - 1).clamp(min=1)
    return gaps / (variance + 1e-7).sqrt()
