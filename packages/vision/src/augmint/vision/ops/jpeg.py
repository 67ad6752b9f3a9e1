"""Real JPEG compression."""

from __future__ import annotations

import io

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from augmint.core.interfaces import Batch, Op, RowRandom
from augmint.vision.ops.base import from_levels, to_levels
from augmint.vision.ops.registry import register

BEST, WORST = 95, 5  # quality at magnitude 0+ and at magnitude 1


@register
class Jpeg(Op):
    """Compresses with quality 95 down to 5 and decodes again, row by row in Pillow. Magnitude 0 leaves rows as they are.

    One channel is coded as grey and three as RGB; with other counts every channel is coded as grey on its own.
    """

    name = "jpeg"

    def draw(self, rng: RowRandom, magnitude: Tensor, batch: Batch) -> Batch:
        quality = (BEST - (BEST - WORST) * magnitude).round().long()
        return {"quality": torch.where(magnitude > 0, quality, 100)}

    def apply(self, batch: Batch, parameters: Batch) -> Batch:
        image, quality = batch["image"], parameters["quality"].tolist()
        out = image.clone()
        rows = [row for row, q in enumerate(quality) if q < 100]
        if rows:
            levels = to_levels(image[rows]).clamp_(0, 255).round_().to(torch.uint8).cpu().numpy()
            coded = np.stack([_compress(pixels, quality[row]) for pixels, row in zip(levels, rows)])
            out[rows] = from_levels(torch.from_numpy(coded).to(image.device).float(), image)
        return {**batch, "image": out}


def _compress(pixels: np.ndarray, quality: int) -> np.ndarray:
    """uint8 (C, H, W) through JPEG."""
    if len(pixels) == 3:
        return np.ascontiguousarray(_through(Image.fromarray(pixels.transpose(1, 2, 0)), quality).transpose(2, 0, 1))
    return np.stack([_through(Image.fromarray(channel), quality) for channel in pixels])


def _through(image: Image.Image, quality: int) -> np.ndarray:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream))
