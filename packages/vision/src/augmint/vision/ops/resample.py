"""Affine maps of pixel coordinates, and the one resampling that carries out any number of them.

Maps are float64 arrays (n, 3, 3), numpy's since they are tiny and torch spends several times as long on a call. They take
*output* pixel positions to *input* positions, (x, y, 1) in pixels from the image's centre. Applying A and then B equals
applying `compose(A, B)`: image2(p) = image1(B p) = image0(A B p).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from augmint.core.errors import UserError, nearest
from augmint.vision.ops.base import from_levels, to_levels

Maps: TypeAlias = np.ndarray
FILLS = {"zeros": "zeros", "reflect": "reflection", "border": "border"}
"""What lies outside the image: black, its mirror image, or its outermost pixels; name -> `grid_sample` padding mode."""


def identity_maps(n: int) -> Maps:
    """The map that changes nothing."""
    return linear_maps(1, 0, 0, 1, n)


def linear_maps(xx: Maps | float, xy: Maps | float, yx: Maps | float, yy: Maps | float, n: int) -> Maps:
    """Maps (x, y) -> (xx x + xy y, yx x + yy y); each coefficient is a number or has shape (n,)."""
    maps = np.zeros((n, 3, 3))
    maps[:, 0, 0], maps[:, 0, 1], maps[:, 1, 0], maps[:, 1, 1], maps[:, 2, 2] = xx, xy, yx, yy, 1.0
    return maps


def shift_maps(x: Maps | float, y: Maps | float, n: int) -> Maps:
    """Maps that read at (x, y) pixels from where they write: the content moves by (-x, -y)."""
    maps = identity_maps(n)
    maps[:, 0, 2], maps[:, 1, 2] = x, y
    return maps


def compose(first: Maps, second: Maps) -> Maps:
    """The map of applying `first` and then `second`. Written out, since a matrix product may round by the number of rows."""
    return (first[:, :, 0:1] * second[:, 0:1, :] + first[:, :, 1:2] * second[:, 1:2, :]) + first[:, :, 2:3] * second[:, 2:3, :]


def resample(image: Tensor, maps: Maps, fill: str = "zeros") -> Tensor:
    """Images under affine maps, same shape and dtype.

    Rows whose map only flips and moves by whole pixels are copied pixel by pixel, exactly; the others are interpolated.

    Args:
        image: uint8 or floating point in [0, 1], (n, C, H, W).
        maps: float64 (n, 3, 3).
        fill: one of FILLS.

    Raises:
        UserError: there is no such fill.
    """
    if fill not in FILLS:
        raise UserError(f"There is no fill {fill!r}.", where="policy", fix=nearest(str(fill), FILLS))
    m = maps[:, :2]
    unbent = (m[:, 0, 1] == 0) & (m[:, 1, 0] == 0) & (np.abs(m[:, 0, 0]) == 1) & (np.abs(m[:, 1, 1]) == 1)
    whole = unbent & (m[:, :, 2] == np.floor(m[:, :, 2])).all(1)
    if whole.all():
        return move(image, m, fill)
    if not whole.any():
        return interpolate(image, m, fill)
    out = torch.empty_like(image)
    for rows, carry_out in ((np.flatnonzero(whole), move), (np.flatnonzero(~whole), interpolate)):
        index = torch.from_numpy(rows).to(image.device)
        out[index] = carry_out(image[index], m[rows], fill)
    return out


def interpolate(image: Tensor, m: np.ndarray, fill: str) -> Tensor:
    """Images under any affine maps, (n, 2, 3), by bilinear interpolation.

    Source: Jaderberg et al. 2015, "Spatial transformer networks".
    """
    height, width = image.shape[-2:]
    # grid_sample's coordinates run from -1 to 1 between the image's outer edges: pixels from the centre times 2 / side.
    terms = torch.from_numpy((m * np.array([[2 / width], [2 / height]])).astype(np.float32)).to(image.device)
    x = torch.arange(width, device=image.device, dtype=torch.float32) - (width - 1) / 2
    y = (torch.arange(height, device=image.device, dtype=torch.float32) - (height - 1) / 2).reshape(-1, 1)
    grid = torch.empty(len(m), height, width, 2, device=image.device)
    for axis in range(2):
        along_x, along_y, shift = (terms[:, axis, i].reshape(-1, 1, 1) for i in range(3))
        torch.add(along_x * x + shift, along_y * y, out=grid[..., axis])
    return from_levels(F.grid_sample(to_levels(image), grid, mode="bilinear", padding_mode=FILLS[fill], align_corners=False), image)


def move(image: Tensor, m: np.ndarray, fill: str) -> Tensor:
    """Images under maps, (n, 2, 3), that flip and move by whole pixels."""
    n, channels, height, width = image.shape
    columns, column_inside = _sources(m[:, 0, 0], m[:, 0, 2], width, fill)
    rows, row_inside = _sources(m[:, 1, 1], m[:, 1, 2], height, fill)
    index = torch.from_numpy(rows[:, :, None] * width + columns[:, None, :]).to(image.device).reshape(n, 1, -1)
    moved = image.flatten(2).gather(2, index.expand(-1, channels, -1)).view(image.shape)
    if fill == "zeros":
        inside = torch.from_numpy(row_inside[:, :, None] & column_inside[:, None, :]).to(image.device).unsqueeze(1)
        moved *= inside
    return moved


def _sources(sign: np.ndarray, shift: np.ndarray, side: int, fill: str) -> tuple[np.ndarray, np.ndarray]:
    """Where along one axis each output pixel reads, int64 (n, side), and whether that lies inside the image."""
    at = np.where(sign[:, None] > 0, np.arange(side), np.arange(side)[::-1]) + shift[:, None].astype(np.int64)
    inside = (at >= 0) & (at < side)
    if fill == "reflect":
        at = at % (2 * side)
        at = np.minimum(at, 2 * side - 1 - at)
    return np.clip(at, 0, side - 1), inside
