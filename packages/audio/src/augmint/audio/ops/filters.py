"""Filtering, and the base of ops that are gains over frequency. A policy fuses consecutive ones: their gains are multiplied."""

from __future__ import annotations

import math
from abc import abstractmethod
from functools import lru_cache

import numpy as np
import scipy.fft
import torch
from torch import Tensor
from torch.nn import functional

from augmint.audio.ops.base import AudioOp, Draw

_REACH = 0.032  # seconds a filter looks back and ahead: sets how sharp its edges can be


def convolved(wave: Tensor, spectrum: Tensor, size: int, before: int, after: int) -> Tensor:
    """`wave` through a filter, by overlap-save: blocks of a fixed size are much faster than one transform of the whole clip.

    Args:
        wave: float32 (length,).
        spectrum: transform of the filter's taps, (size // 2 + 1,), on the device of `wave`.
        size: of the transform, above `before` + `after`.
        before, after: how many samples back and ahead the filter looks; taps that look ahead are at the end of its `size`.

    Returns:
        float32 (length,): what the filter gives beyond the clip's ends is left out.
    """
    length, step = len(wave), size - before - after
    blocks = -(-length // step)
    padded = functional.pad(wave, (before, blocks * step - length + after))
    frames = torch.fft.rfft(padded.unfold(0, size, step)).mul_(spectrum)
    return torch.fft.irfft(frames, n=size)[:, before : before + step].reshape(-1)[:length]


def grid_size(sampling_rate: int) -> int:
    """Size of the transform at which gains are sampled: a power of two."""
    return 8 * 2 ** round(math.log2(_REACH * sampling_rate))


@lru_cache(maxsize=8)
def frequencies(sampling_rate: int) -> Tensor:
    """In Hz from 0 to half the sampling rate, float32 (grid_size // 2 + 1,)."""
    return torch.linspace(0, sampling_rate / 2, grid_size(sampling_rate) // 2 + 1)


@lru_cache(maxsize=8)
def _window(size: int) -> np.ndarray:
    """A Hann window around tap 0 of `size` taps, size // 8 back and ahead, float32."""
    half = size // 8
    taps, window = np.zeros(size, np.float32), np.hanning(2 * half + 1)
    taps[: half + 1], taps[-half:] = window[half:], window[:half]
    return taps


def filtered(wave: Tensor, gain: Tensor) -> Tensor:
    """`wave` through gains at `frequencies`, float32 (grid_size // 2 + 1,) on the CPU, without phase shift.

    The gains are smoothed over frequency, to what a filter of 32 ms back and ahead can tell apart.
    """
    size = 2 * (len(gain) - 1)
    taps = scipy.fft.irfft(gain.numpy(), n=size) * _window(size)  # scipy keeps its plans: for one short row several times as fast
    return convolved(wave, torch.from_numpy(scipy.fft.rfft(taps).real).to(wave.device), size, size // 8, size // 8)


def below(hertz: Tensor, edge: float) -> Tensor:
    """1 below a frequency and 0 above it; the grid point at the edge gets the part of its width that lies below."""
    step = float(hertz[1])
    return (hertz / -step).add_(edge / step + 0.5).clamp_(0, 1)


class FilterOp(AudioOp):
    """An op that multiplies every frequency by a gain."""

    @abstractmethod
    def gain(self, hertz: Tensor, draw: Draw) -> Tensor:
        """Gains in float32 (k,) for frequencies in Hz, float32 (k,)."""

    def change(self, wave: Tensor, draw: Draw) -> Tensor:
        return filtered(wave, self.gain(frequencies(self.setting.sampling_rate), draw))
