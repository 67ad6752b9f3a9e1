"""The R3GAN-style discriminator body: residual blocks without normalisation, halving between stages.

Source: Huang et al. 2024, "The GAN is dead; long live the GAN! A modern baseline GAN" (R3GAN).
"""

from __future__ import annotations

import itertools
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from augmint.vision.discriminators.config import ImageDiscriminatorConfig
from augmint.vision.nets.blocks import ResidualBlock, activate, scaled_conv
from augmint.vision.nets.geometry import base_grid, stage_widths
from augmint.vision.nets.resample import Downsample


class R3DiscriminatorBody(nn.Module):
    """(n, channels, b * 2**k, b * 2**k) in [-1, 1] to features (n, feature_dim)."""

    def __init__(self, config: ImageDiscriminatorConfig) -> None:
        super().__init__()
        side, doublings = base_grid(config.image_size)
        widths = stage_widths(config.base_channels, config.max_channels, doublings)[::-1]
        total = config.blocks * len(widths)
        self.stem = scaled_conv(4 * config.channels, widths[0], 3)
        self.stages = nn.ModuleList(
            nn.ModuleList(ResidualBlock(width, group_size=config.group_size, blocks_in_net=total) for _ in range(config.blocks))
            for width in widths
        )
        self.widen = nn.ModuleList(
            scaled_conv(a, b, 1, gain=0.7) if a != b else nn.Identity() for a, b in itertools.pairwise(widths)
        )
        self.downsample = Downsample()
        self.feature_dim = widths[-1]
        self.collapse = nn.Parameter(torch.randn(self.feature_dim, side, side) / side)
        """One learned spatial weighting a channel: a depthwise convolution as large as the base grid."""

    def forward(self, image: Tensor) -> Tensor:
        x = self.stem(F.pixel_unshuffle(image, 2).contiguous(memory_format=torch.channels_last))
        for index, stage in enumerate(self.stages):
            if index:
                x = self.widen[index - 1](self.downsample(x))
            for block in cast(nn.ModuleList, stage):
                x = block(x)
        return (activate(x) * self.collapse).sum((2, 3))
