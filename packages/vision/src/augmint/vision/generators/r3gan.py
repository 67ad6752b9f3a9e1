"""The R3GAN-style generator body: noise and class to a learned base grid, then residual blocks without normalisation.

Source: Huang et al. 2024, "The GAN is dead; long live the GAN! A modern baseline GAN" (R3GAN).
"""

from __future__ import annotations

import itertools
from typing import cast

import torch
from torch import Tensor, nn

from augmint.vision.generators.config import ImageGeneratorConfig
from augmint.vision.nets.blocks import ResidualBlock, scaled_conv
from augmint.vision.nets.geometry import base_grid, stage_widths
from augmint.vision.nets.head import PixelHead
from augmint.vision.nets.resample import Upsample


class R3GeneratorBody(nn.Module):
    """(n, style_dim) noise and class description to (n, channels, b * 2**k, b * 2**k), unbounded."""

    def __init__(self, config: ImageGeneratorConfig, style_dim: int) -> None:
        super().__init__()
        side, doublings = base_grid(config.image_size)
        widths = stage_widths(config.base_channels, config.max_channels, doublings)
        total = config.blocks * len(widths)
        self.basis = nn.Parameter(torch.randn(widths[0], side, side))
        self.modulate = nn.Linear(style_dim, widths[0])
        nn.init.normal_(self.modulate.weight, std=style_dim**-0.5)
        nn.init.zeros_(self.modulate.bias)
        self.stages = nn.ModuleList(
            nn.ModuleList(
                ResidualBlock(width, group_size=config.group_size, style_dim=style_dim, blocks_in_net=total)
                for _ in range(config.blocks)
            )
            for width in widths
        )
        self.narrow = nn.ModuleList(
            scaled_conv(a, b, 1, gain=0.7) if a != b else nn.Identity() for a, b in itertools.pairwise(widths)
        )
        self.upsample = Upsample()
        self.head = PixelHead(widths[-1], config.channels)

    def forward(self, style: Tensor) -> Tensor:
        x = self.modulate(style)[:, :, None, None] * self.basis  # (n, widths[0], b, b)
        x = x.contiguous(memory_format=torch.channels_last)
        for index, stage in enumerate(self.stages):
            if index:
                x = self.upsample(self.narrow[index - 1](x))
            for block in cast(nn.ModuleList, stage):
                x = block(x, style)
        return self.head(x)
