"""The generator body of the hinge + spectral norm + projection pair: residual blocks with conditional normalisation.

Source: Miyato and Koyama 2018, "cGANs with projection discriminator"; group instead of batch normalisation, so that a row
depends on itself alone in training too.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from augmint.vision.generators.config import ImageGeneratorConfig
from augmint.vision.nets.blocks import ConditionalBlock
from augmint.vision.nets.geometry import base_grid, stage_widths
from augmint.vision.nets.head import PixelHead


class SNGeneratorBody(nn.Module):
    """(n, style_dim) noise and class description to (n, channels, b * 2**k, b * 2**k), unbounded."""

    def __init__(self, config: ImageGeneratorConfig, style_dim: int) -> None:
        super().__init__()
        self.side, doublings = base_grid(config.image_size)
        widths = stage_widths(config.base_channels, config.max_channels, doublings)
        self.project = nn.Linear(style_dim, widths[0] * self.side**2)
        nn.init.normal_(self.project.weight, std=style_dim**-0.5)
        nn.init.zeros_(self.project.bias)
        blocks = []
        for previous, width in zip([0, *widths[:-1]], widths, strict=True):
            blocks.append(ConditionalBlock(previous or width, width, style_dim, double=previous > 0))
            blocks += [ConditionalBlock(width, width, style_dim, double=False) for _ in range(config.blocks - 1)]
        self.blocks = nn.ModuleList(blocks)
        self.norm = nn.GroupNorm(1, widths[-1])
        self.head = PixelHead(widths[-1], config.channels)

    def forward(self, style: Tensor) -> Tensor:
        x = self.project(style).reshape(len(style), -1, self.side, self.side)
        x = x.contiguous(memory_format=torch.channels_last)
        for block in self.blocks:
            x = block(x, style)
        return self.head(self.norm(x))
