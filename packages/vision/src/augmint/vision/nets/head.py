"""From the finest stage to pixels: doubling without a checkerboard."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from augmint.vision.nets.blocks import activate, scaled_conv

FULL_SIZE_CHANNELS = 8
"""Feature maps at the full image size, where each costs most."""


class PixelHead(nn.Module):
    """(n, width, H, W) to (n, channels, 2H, 2W), unbounded.

    The four pixels that share a place start out equal (a nearest-neighbour doubling) and a last 3x3 convolution at full size
    sees across them, so that no grid shows.

    Source: Shi et al. 2016, "Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural
    network"; the start: Aitken et al. 2017, "Checkerboard artifact free sub-pixel convolution" (ICNR).
    """

    def __init__(self, width: int, channels: int) -> None:
        super().__init__()
        inner = max(FULL_SIZE_CHANNELS, 2 * channels)
        self.expand = scaled_conv(width, 4 * inner, 3)
        self.finish = scaled_conv(inner, channels, 3, gain=0.5)
        with torch.no_grad():
            self.expand.weight.copy_(self.expand.weight[::4].repeat_interleave(4, dim=0))

    def forward(self, x: Tensor) -> Tensor:
        return self.finish(activate(F.pixel_shuffle(self.expand(activate(x)), 2)))
