"""The base of ops that move pixels. Each draws an affine map; a policy fuses the maps of consecutive ops."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import torch
from torch import Tensor

from augmint.core.interfaces import Batch, Op, RowRandom
from augmint.vision.ops.resample import Maps, resample


class GeometricOp(Op):
    """An op that is an affine map of pixel positions: its parameters are `{"map": float64 (n, 3, 3)}`, see `resample`."""

    @abstractmethod
    def maps(self, rng: RowRandom, magnitude: np.ndarray, height: int, width: int) -> Maps:
        """Maps from output to input positions, float64 (n, 3, 3), for magnitudes float64 (n,) in [0, 1]."""

    def draw(self, rng: RowRandom, magnitude: Tensor, batch: Batch) -> Batch:
        height, width = batch["image"].shape[-2:]
        return {"map": torch.from_numpy(self.maps(rng, magnitude.cpu().numpy().astype(np.float64), height, width))}

    def apply(self, batch: Batch, parameters: Batch) -> Batch:
        return {**batch, "image": resample(batch["image"], parameters["map"].cpu().numpy())}


def row_signs(rng: RowRandom) -> np.ndarray:
    """-1 or 1 with equal chance, float64 (n,)."""
    return np.where(uniforms(rng, 1)[:, 0] < 0.5, -1.0, 1.0)


def uniforms(rng: RowRandom, count: int) -> np.ndarray:
    """Uniform in [0, 1), float64 (n, count)."""
    return rng.uniform(count).cpu().numpy().astype(np.float64)
