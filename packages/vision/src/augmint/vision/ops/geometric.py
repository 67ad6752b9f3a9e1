"""The base of ops that move pixels. Each draws an affine map; a policy fuses the maps of consecutive ops."""

from __future__ import annotations

from abc import abstractmethod

from torch import Tensor

from augmint.core.interfaces import Batch, Op, RowRandom
from augmint.vision.ops.resample import resample


class GeometricOp(Op):
    """An op that is an affine map of pixel positions: its parameters are `{"map": float64 (n, 3, 3)}`, see `resample`."""

    @abstractmethod
    def maps(self, rng: RowRandom, magnitude: Tensor, height: int, width: int) -> Tensor:
        """Maps from output to input positions, float64 (n, 3, 3), for magnitudes float64 (n,) in [0, 1] on the CPU."""

    def draw(self, rng: RowRandom, magnitude: Tensor, batch: Batch) -> Batch:
        height, width = batch["image"].shape[-2:]
        return {"map": self.maps(rng, magnitude.cpu().double(), height, width)}

    def apply(self, batch: Batch, parameters: Batch) -> Batch:
        return {**batch, "image": resample(batch["image"], parameters["map"])}
