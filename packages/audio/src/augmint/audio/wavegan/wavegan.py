"""WaveGAN: strided convolutions of 25 samples on the wave itself.

Source: Donahue et al. 2019, "Adversarial audio synthesis" (kernel 25, stride 4, nearest-neighbour upsampling as its option);
Miyato et al. 2018, "Spectral normalization for generative adversarial networks".
"""

from __future__ import annotations

import itertools

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from augmint.audio.wavegan.blocks import ConditionalNorm, activate
from augmint.audio.wavegan.config import WaveDiscriminatorConfig, WaveGeneratorConfig
from augmint.audio.wavegan.registry import WaveArchitecture, register_architecture

KERNEL, STRIDE = 25, 4


def _shape(samples: int, base: int) -> tuple[int, list[int]]:
    """Length of the innermost layer (8 or 16), and channels from the outermost layer to the innermost."""
    power = samples.bit_length() - 1
    first = 4 + power % 2 * -1  # 16 = 2**4 where the power is even, 8 = 2**3 where it is odd
    return int(2**first), [base * 2**stage for stage in range((power - first) // 2)]


class WaveGeneratorBody(nn.Module):
    """Style float32 (n, width) to waves float32 (n, samples) in [-1, 1]."""

    def __init__(self, config: WaveGeneratorConfig, style_dim: int) -> None:
        super().__init__()
        self.first, widths = _shape(config.samples, config.base_channels)
        widths = widths[::-1]
        self.project = nn.Linear(style_dim, widths[0] * self.first)
        self.norms = nn.ModuleList(ConditionalNorm(width, style_dim) for width in widths)
        pairs = itertools.pairwise([*widths, 1])
        self.convs = nn.ModuleList(nn.Conv1d(a, b, KERNEL, padding=KERNEL // 2) for a, b in pairs)

    def forward(self, style: Tensor) -> Tensor:
        x = self.project(style).reshape(len(style), -1, self.first)
        for norm, conv in zip(self.norms, self.convs, strict=True):
            x = conv(F.interpolate(F.relu(norm(x, style)), scale_factor=float(STRIDE)))
        return torch.tanh(x[:, 0].float())


class WaveDiscriminatorBody(nn.Module):
    """Waves float32 (n, samples) to features (n, feature_dim), summed over time."""

    def __init__(self, config: WaveDiscriminatorConfig) -> None:
        super().__init__()
        _, widths = _shape(config.samples, config.base_channels)
        self.convs = nn.ModuleList(
            spectral_norm(nn.Conv1d(a, b, KERNEL, STRIDE, KERNEL // 2)) for a, b in itertools.pairwise([1, *widths])
        )
        self.feature_dim = widths[-1]

    def forward(self, wave: Tensor) -> Tensor:
        x = wave[:, None]
        for conv in self.convs:
            x = activate(conv(x))
        return x.sum(2)


WAVEGAN = register_architecture(WaveArchitecture("wavegan", WaveGeneratorBody, WaveDiscriminatorBody, width=16, rate=2e-4))
