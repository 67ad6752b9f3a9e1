"""Log-mel spectrograms, computed with torch alone."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from augmint.core.errors import UserError

FLOOR = 1e-5
"""Magnitudes below count as this much, so that silence has a logarithm."""
_LINEAR, _BREAK = 200.0 / 3.0, 1000.0  # the Slaney scale: linear up to 1 kHz, then logarithmic
_RATIO = math.log(6.4) / 27.0


def hertz_to_mel(hertz: np.ndarray) -> np.ndarray:
    """The mel scale of Slaney's Auditory Toolbox.

    Example:
        >>> hertz_to_mel(np.array([0.0, 1000.0, 6400.0])).round(6).tolist()
        [0.0, 15.0, 42.0]
    """
    above = np.maximum(hertz, _BREAK)
    return np.where(hertz < _BREAK, hertz / _LINEAR, _BREAK / _LINEAR + np.log(above / _BREAK) / _RATIO)


def mel_to_hertz(mel: np.ndarray) -> np.ndarray:
    """Undoes `hertz_to_mel`."""
    knee = _BREAK / _LINEAR
    return np.where(mel < knee, mel * _LINEAR, _BREAK * np.exp(_RATIO * (np.maximum(mel, knee) - knee)))


def mel_points(n_mels: int, f_min: float, f_max: float) -> np.ndarray:
    """Edges and centres of the filters in Hz, float64 (n_mels + 2,), evenly spaced in mels."""
    low, high = hertz_to_mel(np.array([f_min, f_max]))
    return mel_to_hertz(np.linspace(low, high, n_mels + 2))


def mel_filters(sampling_rate: int, n_fft: int, n_mels: int, f_min: float, f_max: float) -> Tensor:
    """Triangles of equal area over the bins of a Fourier transform: float32 (n_mels, n_fft // 2 + 1).

    Source: Slaney 1998, "Auditory Toolbox, version 2".
    """
    points = mel_points(n_mels, f_min, f_max)
    bins = np.linspace(0.0, sampling_rate / 2, n_fft // 2 + 1)
    rise = (bins[None] - points[:-2, None]) / np.diff(points)[:-1, None]
    fall = (points[2:, None] - bins[None]) / np.diff(points)[1:, None]
    triangles = np.maximum(0.0, np.minimum(rise, fall)) * (2.0 / (points[2:] - points[:-2]))[:, None]
    return torch.from_numpy(triangles.astype(np.float32))


def highest_mel(sampling_rate: int) -> float:
    """Where mels end by default, in Hz: 8000, or half the sampling rate where that is less."""
    return min(8000.0, sampling_rate / 2)


def magnitudes(wave: Tensor, n_fft: int, hop_length: int, window: Tensor) -> Tensor:
    """Centred short-time Fourier magnitudes: float32 (n, L) to (n, n_fft // 2 + 1, frames), frames = 1 + ceil(L / hop_length).

    The wave counts as 0 outside, so a clip that is filled up with zeros has the same frames and more behind them.
    """
    missing = -wave.shape[-1] % hop_length
    padded = F.pad(wave.float(), (n_fft // 2, n_fft // 2 + missing))
    spectrum = torch.stft(padded, n_fft, hop_length, window=window, center=False, return_complex=True)
    # The root's slope is endless at 0, where silence lies.
    return (spectrum.real.square() + spectrum.imag.square()).clamp_min(FLOOR**2 * 1e-2).sqrt()


class MelSpectrogram(nn.Module):
    """Waves to log-mels: float (n, L) in [-1, 1] to float32 (n, n_mels, 1 + ceil(L / hop_length)), natural logarithms.

    Magnitudes (not powers) of a Hann-windowed transform, through Slaney's filters, no less than 1e-5. It has no weights; nothing of
    it is saved.

    Args:
        sampling_rate: of the waves, in Hz.
        n_fft: samples of a window; even.
        hop_length: samples between frames.
        n_mels: filters.
        f_min, f_max: where they begin and end, in Hz; None: at 8000 or half the sampling rate, whichever is less.

    Raises:
        UserError: the filters do not fit below half the sampling rate, or are so narrow that some hold no bin.

    Example:
        >>> MelSpectrogram(16_000)(torch.zeros(2, 8192)).shape
        torch.Size([2, 80, 33])
    """

    window: Tensor
    filters: Tensor

    def __init__(
        self,
        sampling_rate: int = 16_000,
        n_fft: int = 1024,
        hop_length: int = 256,
        n_mels: int = 80,
        f_min: float = 0.0,
        f_max: float | None = None,
    ) -> None:
        super().__init__()
        f_max = highest_mel(sampling_rate) if f_max is None else f_max
        if not 0 <= f_min < f_max <= sampling_rate / 2:
            raise UserError(
                f"Mels run from {f_min:g} to {f_max:g} Hz.",
                where="mel",
                fix=f"Stay between 0 and half the sampling rate, {sampling_rate / 2:g} Hz.",
            )
        self.sampling_rate, self.n_fft, self.hop_length = sampling_rate, n_fft, hop_length
        self.n_mels, self.f_min, self.f_max = n_mels, f_min, f_max
        filters = mel_filters(sampling_rate, n_fft, n_mels, f_min, f_max)
        if not bool((filters.sum(1) > 0).all()):
            raise UserError(
                f"{n_mels} mels are too many for windows of {n_fft} samples: some hold nothing.",
                where="mel.n_mels",
                fix="Use fewer mels or longer windows.",
            )
        self.register_buffer("filters", filters, persistent=False)
        self.register_buffer("window", torch.hann_window(n_fft), persistent=False)

    def frames(self, samples: int) -> int:
        """Frames of that many samples."""
        return 1 + math.ceil(samples / self.hop_length)

    def forward(self, wave: Tensor) -> Tensor:
        """See the class."""
        with torch.autocast(wave.device.type, enabled=False):
            return (self.filters @ magnitudes(wave, self.n_fft, self.hop_length, self.window)).clamp_min(FLOOR).log()
