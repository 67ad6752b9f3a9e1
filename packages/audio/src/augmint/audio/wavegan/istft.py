"""The default pair: a generator that writes log magnitudes frame by frame, a discriminator that reads them.

Convolutions run over frames, of which a clip has a hundredth as many as samples, so a step costs little. Phases are found from the
magnitudes (`spectrum.py`), which a small generator does not learn in minutes.

Source: Siuzdak 2023, "Vocos: closing the gap between time-domain and Fourier-based neural vocoders" (the inverse-STFT head);
Marafioti et al. 2019, "Adversarial generation of time-frequency features" (TiFGAN: magnitudes alone, phases from their slopes).
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from augmint.audio.wavegan.blocks import ConditionalNorm, DownBlock, UpBlock, activate
from augmint.audio.wavegan.config import WaveDiscriminatorConfig, WaveGeneratorConfig
from augmint.audio.wavegan.registry import WaveArchitecture, register_architecture
from augmint.audio.wavegan.spectrum import Spectrum

FIRST = 8
"""Frames of the innermost layer."""
TRAINING_ITERATIONS, ITERATIONS = 1, 8
"""Rounds of phase finding: few while training, where the discriminator looks at magnitudes alone."""
QUIET = -1.5
"""Added to what the head writes, so that training begins with soft clips."""


def _widths(base: int, frames: int) -> list[int]:
    """Channels from the outermost layer, at half the frames, to the innermost."""
    doublings = (frames // (2 * FIRST)).bit_length() - 1
    return ([base, base * 3 // 2] + [2 * base] * doublings)[: doublings + 1]


class SpectralGeneratorBody(nn.Module):
    """Style float32 (n, width) to waves float32 (n, samples)."""

    def __init__(self, config: WaveGeneratorConfig, style_dim: int) -> None:
        super().__init__()
        self.spectrum = Spectrum(config.samples, config.sampling_rate)
        widths = _widths(config.base_channels, self.spectrum.frames)[::-1]
        self.project = nn.Linear(style_dim, widths[0] * FIRST)
        self.blocks = nn.ModuleList(UpBlock(a, b, style_dim) for a, b in itertools.pairwise(widths))
        self.norm = ConditionalNorm(widths[-1], style_dim)
        self.head = nn.Conv1d(widths[-1], 2 * self.spectrum.bins, 3, padding=1)  # two frames a place

    def features(self, style: Tensor) -> Tensor:
        """Scaled log magnitudes, float32 (n, bins, frames)."""
        x = self.project(style).reshape(len(style), -1, FIRST)
        for block in self.blocks:
            x = block(x, style)
        x = self.head(activate(self.norm(x, style)))
        pairs = x.reshape(len(x), 2, self.spectrum.bins, -1).permute(0, 2, 3, 1)
        return pairs.reshape(len(x), self.spectrum.bins, -1).float() + QUIET

    def forward(self, style: Tensor) -> Tensor:
        return self.spectrum.render(self.features(style), TRAINING_ITERATIONS if self.training else ITERATIONS)


class SpectralDiscriminatorBody(nn.Module):
    """Waves float32 (n, samples) to features (n, feature_dim): means and maxima over time."""

    def __init__(self, config: WaveDiscriminatorConfig) -> None:
        super().__init__()
        self.spectrum = Spectrum(config.samples, config.sampling_rate)
        widths = _widths(config.base_channels, self.spectrum.frames)
        self.stem = spectral_norm(nn.Conv1d(self.spectrum.bins, widths[0], 3, stride=2, padding=1))
        self.blocks = nn.ModuleList(DownBlock(a, b) for a, b in itertools.pairwise(widths))
        self.feature_dim = 2 * widths[-1]

    def forward(self, wave: Tensor) -> Tensor:
        x = self.stem(self.spectrum.features(wave))
        for block in self.blocks:
            x = block(x)
        x = activate(x)
        return torch.cat([x.mean(2), x.amax(2)], dim=1) * 2


ISTFT = register_architecture(
    WaveArchitecture("istft", SpectralGeneratorBody, SpectralDiscriminatorBody, width=64, rate=7e-4, reads="spectrum")
)
