"""Shear, translation, rotation and scale. The direction is random for every row; areas outside are black.

At magnitude 1 the ranges are those of TrivialAugment's wide space, translations relative to the side so that images of all
sizes lose the same part.

Source: Mueller & Hutter 2021, "TrivialAugment: tuning-free yet state-of-the-art data augmentation".
"""

from __future__ import annotations

import math

import numpy as np

from augmint.core.interfaces import RowRandom
from augmint.vision.ops.geometric import GeometricOp, row_signs
from augmint.vision.ops.registry import register
from augmint.vision.ops.resample import Maps, linear_maps, shift_maps

MAX_SHEAR = 0.99  # tangent of the angle
MAX_SHIFT = 0.45  # of the side
MAX_DEGREES = 135.0
MAX_ZOOM = 2.0  # factor


@register
class ShearX(GeometricOp):
    """Slants rows of pixels sideways by up to 0.99 pixels a pixel."""

    name = "shear_x"

    def maps(self, rng: RowRandom, magnitude: np.ndarray, height: int, width: int) -> Maps:
        return linear_maps(1, row_signs(rng) * magnitude * MAX_SHEAR, 0, 1, len(rng))


@register
class ShearY(GeometricOp):
    """Slants columns of pixels up or down by up to 0.99 pixels a pixel."""

    name = "shear_y"

    def maps(self, rng: RowRandom, magnitude: np.ndarray, height: int, width: int) -> Maps:
        return linear_maps(1, 0, row_signs(rng) * magnitude * MAX_SHEAR, 1, len(rng))


@register
class TranslateX(GeometricOp):
    """Moves sideways by up to 0.45 of the width, by whole pixels so that nothing is blurred."""

    name = "translate_x"

    def maps(self, rng: RowRandom, magnitude: np.ndarray, height: int, width: int) -> Maps:
        return shift_maps(row_signs(rng) * np.round(magnitude * MAX_SHIFT * width), 0, len(rng))


@register
class TranslateY(GeometricOp):
    """Moves up or down by up to 0.45 of the height, by whole pixels."""

    name = "translate_y"

    def maps(self, rng: RowRandom, magnitude: np.ndarray, height: int, width: int) -> Maps:
        return shift_maps(0, row_signs(rng) * np.round(magnitude * MAX_SHIFT * height), len(rng))


@register
class Rotate(GeometricOp):
    """Turns about the centre by up to 135 degrees."""

    name = "rotate"

    def maps(self, rng: RowRandom, magnitude: np.ndarray, height: int, width: int) -> Maps:
        angle = row_signs(rng) * magnitude * math.radians(MAX_DEGREES)
        cos, sin = np.cos(angle), np.sin(angle)
        return linear_maps(cos, -sin, sin, cos, len(rng))


@register
class Scale(GeometricOp):
    """Zooms in or out about the centre by a factor of up to 2."""

    name = "scale"

    def maps(self, rng: RowRandom, magnitude: np.ndarray, height: int, width: int) -> Maps:
        factor = np.exp(row_signs(rng) * magnitude * math.log(MAX_ZOOM))
        return linear_maps(factor, 0, 0, factor, len(rng))
