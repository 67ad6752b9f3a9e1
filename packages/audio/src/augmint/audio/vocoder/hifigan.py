"""From mels to waves by learnt upsampling: slower than spectra at one frame rate, for machines with an accelerator.

Source: Kong, Kim and Bae 2020, "HiFi-GAN: generative adversarial networks for efficient and high fidelity speech synthesis".
"""

from __future__ import annotations

import math

from torch import Tensor, nn
from torch.nn import functional as F

from augmint.audio.vocoder.config import MelVocoderConfig

KERNELS, DILATIONS = (3, 7, 11), (1, 3, 5)
LARGEST = 8
"""Times that one layer upsamples at most."""
_SLOPE = 0.1


def upsampling(hop_length: int) -> list[int]:
    """Factors of the hop, each as large as 8 allows where its prime factors do, largest first.

    Example:
        >>> upsampling(256), upsampling(200)
        ([8, 8, 4], [8, 5, 5])
    """
    rest, factors = hop_length, []
    while rest > 1:
        factor = next((factor for factor in range(LARGEST, 1, -1) if rest % factor == 0), rest)
        factors.append(factor)
        rest //= factor
    return sorted(factors, reverse=True)


class ResidualBlock(nn.Module):
    """Three residual pairs of convolutions, the first of each dilated; (n, channels, samples) kept."""

    def __init__(self, channels: int, kernel: int) -> None:
        super().__init__()
        self.dilated = nn.ModuleList(
            nn.Conv1d(channels, channels, kernel, dilation=dilation, padding=dilation * (kernel // 2)) for dilation in DILATIONS
        )
        self.plain = nn.ModuleList(nn.Conv1d(channels, channels, kernel, padding=kernel // 2) for _ in DILATIONS)

    def forward(self, x: Tensor) -> Tensor:
        for dilated, plain in zip(self.dilated, self.plain, strict=True):
            x = x + plain(F.leaky_relu(dilated(F.leaky_relu(x, _SLOPE)), _SLOPE))
        return x


class Stage(nn.Module):
    """Upsamples and halves the channels, then averages blocks of three receptive fields."""

    def __init__(self, channels: int, factor: int) -> None:
        super().__init__()
        half = max(1, channels // 2)
        cut = factor // 2 + factor % 2
        self.up = nn.ConvTranspose1d(channels, half, 2 * factor, factor, padding=cut, output_padding=factor % 2)
        self.blocks = nn.ModuleList(ResidualBlock(half, kernel) for kernel in KERNELS)

    def forward(self, x: Tensor) -> Tensor:
        x = self.up(F.leaky_relu(x, _SLOPE))
        total: Tensor = sum(block(x) for block in self.blocks)  # type: ignore[assignment]
        return total / len(self.blocks)


class HifiGan(nn.Module):
    """Log-mels (n, n_mels, frames) to waves float32 (n, (frames - 1) * hop_length) in (-1, 1)."""

    def __init__(self, config: MelVocoderConfig) -> None:
        super().__init__()
        factors, self.hop_length = upsampling(config.hop_length), config.hop_length
        widths = [max(1, config.dim >> place) for place in range(len(factors) + 1)]
        self.first = nn.Conv1d(config.n_mels, widths[0], 7, padding=3)
        self.stages = nn.ModuleList(Stage(width, factor) for width, factor in zip(widths, factors, strict=False))
        self.last = nn.Conv1d(widths[-1], 1, 7, padding=3)
        for part in self.modules():
            if isinstance(part, (nn.Conv1d, nn.ConvTranspose1d)) and part is not self.first:
                nn.init.normal_(part.weight, std=1 / math.sqrt(part.weight[0].numel()))

    def forward(self, mel: Tensor) -> Tensor:
        x = self.first(mel + 5.0)  # speech has log-mels about -5
        for stage in self.stages:
            x = stage(x)
        wave = self.last(F.leaky_relu(x, _SLOPE)).tanh()[:, 0].float()
        # A frame's middle is where its block of samples begins: half a frame is cut off at both ends.
        start = self.hop_length // 2
        return wave[:, start : start + (mel.shape[2] - 1) * self.hop_length]
