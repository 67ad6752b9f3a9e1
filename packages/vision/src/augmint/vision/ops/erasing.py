"""Ops that hide a rectangle: erasing (any shape, one random colour) and cutout (a square, the row's mean colour)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from augmint.core.interfaces import Batch, RowRandom
from augmint.vision.ops.base import PixelOp, choose, mean_level
from augmint.vision.ops.registry import register

MAX_AREA = 0.4  # of the image
MAX_ASPECT = 1 / 0.3


def rectangle_mask(box: Tensor, height: int, width: int) -> Tensor:
    """bool (n, 1, H, W), True inside `box`, (n, 4): left, top, right, bottom in pixels, right and bottom outside."""
    left, top, right, bottom = (box[:, i].reshape(-1, 1, 1, 1) for i in range(4))
    x = torch.arange(width, device=box.device).reshape(1, 1, 1, -1)
    y = torch.arange(height, device=box.device).reshape(1, 1, -1, 1)
    return (x >= left) & (x < right) & (y >= top) & (y < bottom)


def place_box(wide: Tensor, high: Tensor, at: Tensor, height: int, width: int) -> Tensor:
    """Boxes of those sizes (parts of the side, (n,)) placed wholly inside by `at`, uniform (n, 2): int64 (n, 4)."""
    size_x, size_y = (wide * width).round().clamp(0, width), (high * height).round().clamp(0, height)
    left, top = (at[:, 0] * (width - size_x)).round(), (at[:, 1] * (height - size_y)).round()
    return torch.stack([left, top, left + size_x, top + size_y], dim=1).long()


@register
class Erasing(PixelOp):
    """Fills a rectangle of up to 40 % of the image with one random colour; aspect ratio log-uniform from 0.3 to 3.3.

    Source: Zhong et al. 2020, "Random erasing data augmentation".
    """

    name = "erasing"

    def draw(self, rng: RowRandom, magnitude: Tensor, batch: Batch) -> Batch:
        channels, height, width = batch["image"].shape[1:]
        unit = rng.uniform(3 + channels)
        area = (magnitude * MAX_AREA).double()
        root = torch.exp((unit[:, 0].double() - 0.5) * math.log(MAX_ASPECT))  # square root of the aspect ratio
        box = place_box((area.sqrt() * root).clamp(max=1), (area.sqrt() / root).clamp(max=1), unit[:, 1:3].double(), height, width)
        return {"box": box, "color": unit[:, 3:] * 255.0}

    def transform(self, levels: Tensor, parameters: Batch) -> Tensor:
        hidden = rectangle_mask(parameters["box"].to(levels.device), *levels.shape[-2:])
        return choose(hidden, parameters["color"].to(levels.device).reshape(*levels.shape[:2], 1, 1), levels)


@register
class Cutout(PixelOp):
    """Fills a square of up to 40 % of the image with the row's mean colour.

    Source: DeVries & Taylor 2017, "Improved regularization of convolutional neural networks with Cutout".
    """

    name = "cutout"

    def draw(self, rng: RowRandom, magnitude: Tensor, batch: Batch) -> Batch:
        height, width = batch["image"].shape[-2:]
        side = (magnitude.double() * MAX_AREA).sqrt()
        return {"box": place_box(side, side, rng.uniform(2).double(), height, width)}

    def transform(self, levels: Tensor, parameters: Batch) -> Tensor:
        hidden = rectangle_mask(parameters["box"].to(levels.device), *levels.shape[-2:])
        return choose(hidden, mean_level(levels), levels)
