"""Affine maps of pixel coordinates, and the one resampling that carries out any number of them.

A map is float64 (n, 3, 3) on the CPU and takes *output* pixel positions to *input* positions, (x, y, 1) in pixels from the
image's centre. Applying A and then B equals applying `compose(A, B)`: image2(p) = image1(B p) = image0(A B p).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from augmint.core.errors import UserError, nearest
from augmint.vision.ops.base import from_levels, to_levels

FILLS = {"zeros": "zeros", "reflect": "reflection", "border": "border"}
"""What lies outside the image: black, its mirror image, or its outermost pixels; name -> `grid_sample` padding mode."""


def identity_maps(n: int) -> Tensor:
    """The map that changes nothing, float64 (n, 3, 3)."""
    return torch.eye(3, dtype=torch.float64).repeat(n, 1, 1)


def linear_maps(xx: Tensor | float, xy: Tensor | float, yx: Tensor | float, yy: Tensor | float, n: int) -> Tensor:
    """Maps (x, y) -> (xx x + xy y, yx x + yy y), float64 (n, 3, 3)."""
    maps = identity_maps(n)
    maps[:, 0, 0], maps[:, 0, 1], maps[:, 1, 0], maps[:, 1, 1] = (
        value if isinstance(value, Tensor) else torch.full((n,), float(value), dtype=torch.float64) for value in (xx, xy, yx, yy))
    return maps


def shift_maps(x: Tensor, y: Tensor) -> Tensor:
    """Maps that read at (x, y) pixels from where they write, float64 (n, 3, 3): the content moves by (-x, -y)."""
    maps = identity_maps(len(x))
    maps[:, 0, 2], maps[:, 1, 2] = x.double(), y.double()
    return maps


def compose(first: Tensor, second: Tensor) -> Tensor:
    """The map of applying `first` and then `second`. Written out, since a batched matrix product may round by batch size."""
    return (first[:, :, 0:1] * second[:, 0:1, :] + first[:, :, 1:2] * second[:, 1:2, :]) + first[:, :, 2:3] * second[:, 2:3, :]


def resample(image: Tensor, maps: Tensor, fill: str = "zeros") -> Tensor:
    """Images under affine maps by bilinear interpolation, same shape and dtype.

    Args:
        image: uint8 or floating point in [0, 1], (n, C, H, W).
        maps: float64 (n, 3, 3).
        fill: one of FILLS.

    Raises:
        UserError: there is no such fill.

    Source: Jaderberg et al. 2015, "Spatial transformer networks".
    """
    if fill not in FILLS:
        raise UserError(f"There is no fill {fill!r}.", where="policy", fix=nearest(str(fill), FILLS))
    height, width = image.shape[-2:]
    m = maps.float().to(image.device)
    x = torch.arange(width, device=image.device, dtype=torch.float32) - (width - 1) / 2
    y = (torch.arange(height, device=image.device, dtype=torch.float32) - (height - 1) / 2).reshape(-1, 1)
    a, b, c, d, e, f = (m[:, i // 3, i % 3].reshape(-1, 1, 1) for i in range(6))
    # grid_sample's coordinates run from -1 to 1 between the image's outer edges: pixels from the centre times 2 / side.
    grid = torch.stack([((a * x + c) + b * y) * (2 / width), ((d * x + f) + e * y) * (2 / height)], dim=-1)
    moved = F.grid_sample(to_levels(image), grid, mode="bilinear", padding_mode=FILLS[fill], align_corners=False)
    return from_levels(moved, image)
