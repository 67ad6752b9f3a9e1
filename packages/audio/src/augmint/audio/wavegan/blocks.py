"""Layers that the sound GANs share: normalisation that the class and the noise steer, residual blocks over time."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


def activate(x: Tensor) -> Tensor:
    """Leaky ReLU, slope 0.2 below 0."""
    return F.leaky_relu(x, 0.2)


class ConditionalNorm(nn.Module):
    """Each row normalised over its channels and times, then scaled and shifted as its style says.

    Source: Dumoulin et al. 2017, "A learned representation for artistic style", with a group norm: no batch statistics.
    """

    def __init__(self, channels: int, style_dim: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(1, channels, affine=False)
        self.steer = nn.Linear(style_dim, 2 * channels)
        nn.init.normal_(self.steer.weight, std=0.02)
        nn.init.zeros_(self.steer.bias)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale, shift = self.steer(style)[:, :, None].chunk(2, dim=1)
        return self.norm(x) * (1 + scale) + shift  # type: ignore[no-any-return]


class UpBlock(nn.Module):
    """A residual block that doubles the frames: (n, inputs, T) to (n, outputs, 2 T), by nearest neighbours and convolutions.

    Source: Odena et al. 2016, "Deconvolution and checkerboard artifacts" (why not transposed convolutions).
    """

    def __init__(self, inputs: int, outputs: int, style_dim: int) -> None:
        super().__init__()
        self.first_norm, self.second_norm = ConditionalNorm(inputs, style_dim), ConditionalNorm(outputs, style_dim)
        self.first, self.second = nn.Conv1d(inputs, outputs, 3, padding=1), nn.Conv1d(outputs, outputs, 3, padding=1)
        self.skip = nn.Conv1d(inputs, outputs, 1)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        y = self.first(F.interpolate(activate(self.first_norm(x, style)), scale_factor=2.0))
        y = self.second(activate(self.second_norm(y, style)))
        return y + F.interpolate(self.skip(x), scale_factor=2.0)  # type: ignore[no-any-return]


class DownBlock(nn.Module):
    """A residual block that halves the frames: (n, inputs, T) to (n, outputs, T / 2), by averages; spectrally normalised."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = spectral_norm(nn.Conv1d(inputs, inputs, 3, padding=1))
        self.second = spectral_norm(nn.Conv1d(inputs, outputs, 3, padding=1))
        self.skip = spectral_norm(nn.Conv1d(inputs, outputs, 1))

    def forward(self, x: Tensor) -> Tensor:
        y = self.second(activate(F.avg_pool1d(self.first(activate(x)), 2)))
        return y + self.skip(F.avg_pool1d(x, 2))  # type: ignore[no-any-return]
