"""The discriminator body of the hinge + spectral norm + projection pair.

Source: Miyato et al. 2018, "Spectral normalization for generative adversarial networks".
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from augmint.vision.discriminators.config import ImageDiscriminatorConfig
from augmint.vision.nets.blocks import DownBlock, activate, scaled_conv
from augmint.vision.nets.geometry import base_grid, stage_widths


class SNDiscriminatorBody(nn.Module):
    """(n, channels, b * 2**k, b * 2**k) in [-1, 1] to features (n, feature_dim), summed over places."""

    def __init__(self, config: ImageDiscriminatorConfig) -> None:
        super().__init__()
        _, doublings = base_grid(config.image_size)
        widths = stage_widths(config.base_channels, config.max_channels, doublings)[::-1]
        self.stem = spectral_norm(scaled_conv(4 * config.channels, widths[0], 3))
        blocks = []
        for previous, width in zip([0, *widths[:-1]], widths, strict=True):
            blocks.append(DownBlock(previous or width, width, halve=previous > 0))
            blocks += [DownBlock(width, width, halve=False) for _ in range(config.blocks - 1)]
        self.blocks = nn.ModuleList(blocks)
        self.feature_dim = widths[-1]

    def forward(self, image: Tensor) -> Tensor:
        x = self.stem(F.pixel_unshuffle(image, 2).contiguous(memory_format=torch.channels_last))
        for block in self.blocks:
            x = block(x)
        return activate(x).sum((2, 3))
