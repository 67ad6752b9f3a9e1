"""Gaussian blur with a width of its own for every row."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from augmint.core.interfaces import Batch, RowRandom
from augmint.vision.ops.base import PixelOp
from augmint.vision.ops.registry import register

MAX_SIGMA = 1 / 32  # of the smaller side: 7 pixels of 224
REACH = 2.5  # the kernel ends this many sigmas from its middle


@register
class Blur(PixelOp):
    """Gaussian blur with a sigma of up to 1/32 of the smaller side, its square proportional to the magnitude. Pixels outside
    repeat the outermost ones."""

    name = "blur"

    def draw(self, rng: RowRandom, magnitude: Tensor, batch: Batch) -> Batch:
        # The variance grows evenly: much below half a pixel a sigma changes nothing.
        return {"sigma": magnitude.sqrt() * (MAX_SIGMA * min(batch["image"].shape[-2:]))}

    def transform(self, levels: Tensor, parameters: Batch) -> Tensor:
        weights = kernels(parameters["sigma"]).to(levels.device)
        return _along(_along(levels, weights, 3), weights, 2)


def kernels(sigma: Tensor) -> Tensor:
    """One half of each row's kernel, middle first, float32 (n, radius + 1). The radius is the widest row's; taps beyond a
    row's own reach are exactly 0, so that the row's result does not depend on it."""
    wide = sigma.double().cpu().clamp(min=1e-3).unsqueeze(1)
    radius = math.ceil(REACH * float(wide.max()))
    at = torch.arange(radius + 1, dtype=torch.float64)
    half = torch.where(at < REACH * wide, torch.exp(-0.5 * (at / wide) ** 2), 0.0)
    total = half[:, 0].clone()
    for tap in range(1, radius + 1):  # in order: adding exact zeros changes no bit
        total = total + 2 * half[:, tap]
    return (half / total.unsqueeze(1)).float()


def _along(levels: Tensor, weights: Tensor, dim: int) -> Tensor:
    size, radius = levels.shape[dim], weights.shape[1] - 1
    at = torch.arange(-radius, size + radius, device=levels.device).clamp_(0, size - 1)
    padded = levels.index_select(dim, at)
    out = levels * weights[:, 0].reshape(-1, 1, 1, 1)
    for tap in range(1, radius + 1):
        pair = padded.narrow(dim, radius - tap, size) + padded.narrow(dim, radius + tap, size)
        out += pair * weights[:, tap].reshape(-1, 1, 1, 1)
    return out
