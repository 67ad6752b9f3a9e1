"""Longer and shorter vocal tracts."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from augmint.audio.ops.base import AudioOp, Draw
from augmint.audio.ops.registry import register

MOST = 0.1
_BEND = 4800.0  # Hz up to which frequencies are scaled; from there they run straight to the end of the range
_FRAME = 0.032  # seconds
_RESOLUTION = 0.0019  # seconds of the cepstrum that make the envelope: at 16 kHz 30 coefficients, below a voice's shortest period
_LIMIT = 2.3  # most change of a level, natural logarithm of amplitude: 20 dB


@register
class Vtlp(AudioOp):
    """Stretches the spectrum's envelope by a factor of 0.9 to 1.1, as of another speaker's vocal tract; the pitch is kept.

    Each frame of 32 ms is multiplied by the warped envelope over its own. Frequencies above 4.8 kHz are warped less, so that the
    range ends where it did.

    Source: Jaitly & Hinton 2013, "Vocal tract length perturbation (VTLP) improves speech recognition".
    """

    name = "vtlp"
    units = 1

    def change(self, wave: Tensor, draw: Draw) -> Tensor:
        size = 2 ** round(math.log2(_FRAME * self.setting.sampling_rate))
        hop, length = size // 2, len(wave)
        blocks = -(-length // hop) + 1
        window = _window(size).to(wave.device)
        padded = functional.pad(wave, (hop, (blocks + 1) * hop - hop - length))
        spectrum = torch.fft.rfft(padded.unfold(0, size, hop) * window)
        alpha = 1 + (MOST if draw.unit[0] < 0.5 else -MOST) * draw.magnitude
        smooth, warp = (matrix.to(wave.device) for matrix in _matrices(size, self.setting.sampling_rate, alpha))
        level = (torch.view_as_real(spectrum).square().sum(-1) + 1e-9).log_().mul_(0.5)
        gain = (level @ smooth @ warp).clamp_(-_LIMIT, _LIMIT).exp_()
        frames = torch.fft.irfft(spectrum * gain, n=size) * window
        return (frames[:-1, hop:] + frames[1:, :hop]).reshape(-1)[:length]


@lru_cache(maxsize=8)
def _window(size: int) -> Tensor:
    """The square root of a Hann window: twice applied, frames that overlap by half sum to 1."""
    return torch.hann_window(size).sqrt()


def _matrices(size: int, sampling_rate: int, alpha: float) -> tuple[Tensor, Tensor]:
    """Log levels (frames, bins) times these two, (bins, c) and (c, bins), are the changes of the log levels: the envelope's cosine
    series, and the difference that its warping makes at every frequency."""
    smooth, order = _cosines(size, round(_RESOLUTION * sampling_rate))
    hertz = torch.linspace(0, sampling_rate / 2, size // 2 + 1, dtype=torch.float64)
    bend, top = min(_BEND, 0.6 * sampling_rate / 2) * min(alpha, 1.0), sampling_rate / 2
    source = torch.where(hertz <= bend, hertz / alpha, top - (top - bend / alpha) * (top - hertz) / (top - bend))
    angle = math.pi / top * order[:, None]
    return smooth, (torch.cos(angle * source) - torch.cos(angle * hertz)).float()


@lru_cache(maxsize=8)
def _cosines(size: int, count: int) -> tuple[Tensor, Tensor]:
    """Log levels at size // 2 + 1 frequencies to `count` - 1 coefficients of their cosine series (the mean left out), and which."""
    bins, order = size // 2, torch.arange(1, count, dtype=torch.float64)
    weight = torch.full((bins + 1, 1), 2.0 / bins, dtype=torch.float64)
    weight[0] = weight[-1] = 1.0 / bins
    return (weight * torch.cos(math.pi / bins * torch.arange(bins + 1)[:, None] * order)).float(), order
