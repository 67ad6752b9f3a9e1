"""Crops, as maps: pad-and-crop moves the frame, the resized crop moves and stretches it."""

from __future__ import annotations

import numpy as np

from augmint.core.interfaces import RowRandom
from augmint.vision.ops.geometric import GeometricOp, uniforms
from augmint.vision.ops.registry import register
from augmint.vision.ops.resample import Maps, compose, linear_maps, shift_maps

MAX_PAD = 0.25  # of the side; the customary 4 pixels of 32 are magnitude 0.5
MIN_AREA = 0.08  # of the image, at magnitude 1
MAX_ASPECT = 4 / 3


@register
class Crop(GeometricOp):
    """Pads by up to a quarter of the side and crops back: a shift by whole pixels, uniform within the padding."""

    name = "crop"

    def maps(self, rng: RowRandom, magnitude: np.ndarray, height: int, width: int) -> Maps:
        unit = 2 * uniforms(rng, 2) - 1
        reach = magnitude * MAX_PAD
        return shift_maps(np.round(unit[:, 0] * reach * width), np.round(unit[:, 1] * reach * height), len(rng))


@register
class ResizedCrop(GeometricOp):
    """Cuts out a part and stretches it over the frame: its area is uniform from 8 % (at magnitude 1) to all of the image, its
    aspect ratio log-uniform from 3/4 to 4/3 (at magnitude 1), its place uniform within the image.

    Source: Szegedy et al. 2015, "Going deeper with convolutions".
    """

    name = "resized_crop"

    def maps(self, rng: RowRandom, magnitude: np.ndarray, height: int, width: int) -> Maps:
        unit = uniforms(rng, 4)
        area = 1 - magnitude * (1 - MIN_AREA) * unit[:, 0]
        aspect = np.exp((2 * unit[:, 1] - 1) * magnitude * np.log(MAX_ASPECT))
        wide, high = np.minimum(np.sqrt(area * aspect), 1), np.minimum(np.sqrt(area / aspect), 1)
        place = shift_maps((unit[:, 2] - 0.5) * (1 - wide) * width, (unit[:, 3] - 0.5) * (1 - high) * height, len(rng))
        return compose(place, linear_maps(wide, 0, 0, high, len(rng)))
