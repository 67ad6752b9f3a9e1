"""Halving and doubling of feature maps with a [1, 2, 1] low-pass filter.

Source: Zhang 2019, "Making convolutional networks shift-invariant again"; the filter as in Huang et al. 2024, "The GAN is dead;
long live the GAN!" (R3GAN).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def _kernel(device: torch.device, dtype: torch.dtype, channels: int) -> Tensor:
    line = torch.tensor([1.0, 2.0, 1.0], device=device, dtype=dtype)
    return (line[:, None] * line / 16).expand(channels, 1, 3, 3).contiguous()


def smooth(x: Tensor, stride: int) -> Tensor:
    """The depthwise [1, 2, 1] filter, zeros beyond the border: (n, C, H, W) to (n, C, ceil(H / stride), ceil(W / stride))."""
    return F.conv2d(x, _kernel(x.device, x.dtype, x.shape[1]), stride=stride, padding=1, groups=x.shape[1])


class Downsample(nn.Module):
    """Filter, then keep every second pixel: (n, C, H, W) to (n, C, H / 2, W / 2)."""

    def forward(self, x: Tensor) -> Tensor:
        return smooth(x, 2)


class Upsample(nn.Module):
    """Repeat every pixel, then filter (together bilinear): (n, C, H, W) to (n, C, 2H, 2W)."""

    def forward(self, x: Tensor) -> Tensor:
        return smooth(F.interpolate(x, scale_factor=2.0, mode="nearest"), 1)
