"""Mirror images. A flip has no strength: magnitude 0 leaves the row, anything above flips it."""

from __future__ import annotations

import numpy as np

from augmint.core.interfaces import RowRandom
from augmint.vision.ops.geometric import GeometricOp
from augmint.vision.ops.registry import register
from augmint.vision.ops.resample import Maps, linear_maps


@register
class Flip(GeometricOp):
    """Left to right."""

    name = "flip"

    def maps(self, rng: RowRandom, magnitude: np.ndarray, height: int, width: int) -> Maps:
        return linear_maps(1 - 2 * (magnitude > 0), 0, 0, 1, len(rng))


@register
class VerticalFlip(GeometricOp):
    """Upside down."""

    name = "vertical_flip"

    def maps(self, rng: RowRandom, magnitude: np.ndarray, height: int, width: int) -> Maps:
        return linear_maps(1, 0, 0, 1 - 2 * (magnitude > 0), len(rng))
