"""The policy of images: stages of ops, mixing, and how generated rows are made."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import Batch, MintSettings, Policy, RowRandom, known_keys, select
from augmint.vision.ops import FILLS, GeometricOp, check_image, compose, get_op, identity_maps, resample
from augmint.vision.policy.mixing import Mixing
from augmint.vision.policy.stage import Stage

_CACHED = 2**17  # values of a working tensor: 512 kB of float32


@dataclass(frozen=True)
class ImagePolicy(Policy):
    """Rows pass the stages in order, each row by its own draws; then rows are mixed with each other.

    Geometric ops of consecutive stages are fused: a row's maps are multiplied and its pixels resampled once.

    Attributes:
        stages: applied in order; () leaves rows as they are.
        mixing: MixUp and CutMix.
        mint: settings of generated rows.
        fill: what lies outside the image: "zeros", "reflect" or "border".

    Example:
        >>> policy = ImagePolicy((Stage({"flip": 1}, probability=0.5), Stage({"rotate": 1, "color": 1})))
        >>> ImagePolicy.from_dict(policy.to_dict()) == policy
        True
        >>> batch = {"image": torch.zeros(2, 3, 8, 8, dtype=torch.uint8), "label": torch.tensor([0, 1])}
        >>> policy(batch, RowRandom(0, "doc", rows=[0, 1]))["image"].shape
        torch.Size([2, 3, 8, 8])
    """

    modality: ClassVar[str] = "vision"
    version: ClassVar[int] = 1

    stages: tuple[Stage, ...] = ()
    mixing: Mixing = field(default_factory=Mixing)
    mint: MintSettings = field(default_factory=MintSettings)
    fill: str = "zeros"

    def __post_init__(self) -> None:
        object.__setattr__(self, "stages", tuple(self.stages))
        if self.fill not in FILLS:
            raise UserError(f"There is no fill {self.fill!r}.", where="policy", fix=nearest(str(self.fill), FILLS))

    def augment(self, batch: Batch, rng: RowRandom) -> Batch:
        """New rows: "image" (same shape and dtype) through the stages, other entries as they are.

        Raises:
            UserError: "image" is missing or neither uint8 nor floating point of shape (n, C, H, W).
        """
        image = check_image(batch)
        if not self.stages or not len(image):
            return batch
        host = copy.copy(rng)
        host.device = torch.device("cpu")  # draws stay on the host until pixels need them
        canvas = _Canvas(image, self.fill)
        for position, stage in enumerate(self.stages):
            streams = host.child("stage", position)
            choice, magnitude = stage.draw(streams)
            chosen = [(get_op(name), np.flatnonzero(choice == at)) for at, name in enumerate(stage.ops) if name != "identity"]
            chosen = [(op, rows) for op, rows in chosen if len(rows)]
            canvas.settle(np.concatenate([np.empty(0, np.int64), *(r for op, r in chosen if not isinstance(op, GeometricOp))]))
            for op, rows in chosen:
                canvas.apply(op, rows, streams.take(rows), magnitude[torch.from_numpy(rows)])
        return {**batch, "image": canvas.finish()}

    def mix(self, batch: Batch, rng: RowRandom) -> Batch:
        return self.mixing(batch, rng)

    def to_dict(self) -> dict[str, Any]:
        return {"modality": self.modality, "version": self.version, "stages": [stage.to_dict() for stage in self.stages],
                "mix": self.mixing.to_dict(), "mint": self.mint_dict(), "fill": self.fill}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ImagePolicy:
        known_keys(values, {"modality", "version", "stages", "mix", "mint", "fill"}, "An image policy")
        if values.get("modality", cls.modality) != cls.modality:
            raise UserError(f"This policy is for {values['modality']!r}, not for images.", where="policy")
        if values.get("version", cls.version) != cls.version:
            raise UserError(f"The policy has version {values['version']!r}.", where="policy",
                            fix=f"This augmint reads version {cls.version}.")
        stages, mint = values.get("stages", []), values.get("mint", {})
        if not isinstance(stages, (list, tuple)):
            raise UserError(f"The policy's stages are {stages!r}.", where="policy", fix="Give a list of stages.")
        known_keys(mint, set(MintSettings.__dataclass_fields__), "mint")
        return cls(tuple(Stage.from_dict(stage) for stage in stages), Mixing.from_dict(values.get("mix", {})),
                   MintSettings.from_dict(mint), values.get("fill", "zeros"))


class _Canvas:
    """Images on their way through the stages, each with the map it has still to be resampled by."""

    def __init__(self, image: Tensor, fill: str) -> None:
        self.image, self.fill = image.clone(), fill
        self.maps = identity_maps(len(image))
        self.pending = np.zeros(len(image), dtype=bool)

    def apply(self, op: Any, rows: np.ndarray, rng: RowRandom, magnitude: Tensor) -> None:
        """One op on some rows. Geometric ops only multiply the rows' maps."""
        if isinstance(op, GeometricOp):
            strength = magnitude.numpy().astype(np.float64)
            self.maps[rows] = compose(self.maps[rows], op.maps(rng, strength, *self.image.shape[-2:]))
            self.pending[rows] = True
            return
        parameters = op.draw(rng, magnitude, {"image": self.image})
        for part in self._parts(len(rows)):
            index = torch.from_numpy(rows[part]).to(self.image.device)
            own = parameters if part.stop >= len(rows) and not part.start else select(parameters, part)
            self.image[index] = op.apply({"image": self.image[index]}, own)["image"]

    def settle(self, rows: np.ndarray) -> None:
        """Resample those of `rows` that have a map pending."""
        rows = rows[self.pending[rows]]
        for part in self._parts(len(rows)):
            index = torch.from_numpy(rows[part]).to(self.image.device)
            self.image[index] = resample(self.image[index], self.maps[rows[part]], self.fill)
        self.maps[rows] = identity_maps(len(rows))
        self.pending[rows] = False

    def _parts(self, count: int) -> Iterator[slice]:
        """Slices of `count` rows: on the CPU small enough that an op's intermediate values stay in the cache."""
        size = max(1, _CACHED // self.image[0].numel()) if self.image.device.type == "cpu" else count
        return (slice(start, start + size) for start in range(0, count, size or 1))

    def finish(self) -> Tensor:
        self.settle(np.arange(len(self.image)))
        return self.image
