"""Tempo: faster is shorter, at the same pitch."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from augmint.audio.ops.base import AudioOp, Draw
from augmint.audio.ops.registry import register

MOST = 0.1
_SEGMENT, _FADE, _SEARCH = 0.06, 0.01, 0.008  # seconds: a voice's longest period lies within a search to both sides
_LEAST = 64  # samples: shorter clips have no tempo


@register
class Tempo(AudioOp):
    """Plays the clip faster or slower by up to 10 % at the same pitch. Its first and last samples stay its first and last.

    The clip is cut into segments of about 60 ms, which are moved together or apart and faded into each other over 10 ms, each at
    the place near its own where it best continues the one before.

    Source: Verhelst & Roelands 1993, "An overlap-add technique based on waveform similarity (WSOLA) for high quality time-scale
    modification of speech".
    """

    name = "tempo"
    units = 1

    def change(self, wave: Tensor, draw: Draw) -> Tensor:
        rate = 1 + (MOST if draw.unit[0] < 0.5 else -MOST) * draw.magnitude
        stretched = stretch(wave.cpu().numpy(), -int(-len(wave) // rate), self.setting.sampling_rate)
        return torch.from_numpy(stretched).to(wave.device)


def stretch(wave: np.ndarray, length: int, sampling_rate: int) -> np.ndarray:
    """float32 (m,) as float32 (length,) of the same pitch; as it is where either is under 64 samples."""
    if min(len(wave), length) < _LEAST:
        return wave.copy()
    fade = 2 * min(int(_FADE * sampling_rate) // 2, length // 16)
    search = min(int(_SEARCH * sampling_rate), length // 16)
    count = max(2, round(length / (_SEGMENT * sampling_rate)))
    edges = np.linspace(0, length, count + 1).round().astype(np.int64)
    delays = np.linspace(0, len(wave) - length, count).round().astype(np.int64)
    rise = np.sin(np.linspace(0, np.pi / 2, fade, dtype=np.float32)) ** 2
    out, delay = np.empty(length, np.float32), 0
    out[: edges[1]] = wave[: edges[1]]
    for at in range(1, count):
        start, stop = edges[at] - fade // 2, edges[at + 1]
        going_on = wave[start + delay : start + delay + fade]
        delay = int(delays[at])
        if at < count - 1:  # the last one ends where the clip ends
            delay += _best(wave[start + delay - search : start + delay + search + fade], going_on) - search
        out[start:stop] = wave[start + delay : stop + delay]
        out[start : start + fade] = going_on + rise * (out[start : start + fade] - going_on)
    return out


def _best(among: np.ndarray, like: np.ndarray) -> int:
    """Where in `among` a part is most like `like`: the highest correlation for its energy."""
    energy = np.cumsum(np.square(among, dtype=np.float64))
    energy = energy[len(like) - 1 :] - np.concatenate([[0.0], energy[: -len(like)]])
    likeness = np.correlate(among, like, "valid") / np.sqrt(np.maximum(energy, 1e-9))
    return int(np.argmax(likeness))
