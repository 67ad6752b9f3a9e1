"""One stage of a policy: which op each row gets, how likely and how strong. Modalities say which ops there are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from augmint.core.errors import UserError, nearest
from augmint.core.interfaces.policy import Op
from augmint.core.interfaces.rng import RowRandom


def number(value: Any, what: str, low: float, high: float) -> float:
    """`value` as a float within [low, high], or a UserError."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise UserError(f"{what} is {value!r}.", where="policy", fix=f"Give a number in [{low:g}, {high:g}].")
    return float(value)


def known_keys(values: Any, known: set[str], what: str) -> None:
    """Raise UserError unless `values` is a mapping with known keys only."""
    if not isinstance(values, Mapping):
        raise UserError(f"{what} is {values!r}.", where="policy", fix=f"Give a mapping with {', '.join(sorted(known))}.")
    for name in values:
        if name not in known:
            raise UserError(f"{what} has no key {name!r}.", where="policy", fix=nearest(str(name), known))


@dataclass(frozen=True)
class OpStage(ABC):
    """Each row, with `probability`, passes through one op of `ops`, drawn by weight.

    Attributes:
        ops: op name -> weight above 0 (relative; they need not sum to 1).
        probability: chance that a row passes through the stage at all, [0, 1].
        magnitude: (low, high) within [0, 1]: a row's magnitude is uniform between them.
        scale: op name -> factor in [0, 1] on the magnitude of that op; 1 where it is not named.
    """

    ops: Mapping[str, float]
    probability: float = 1.0
    magnitude: tuple[float, float] = (0.0, 1.0)
    scale: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.ops, Mapping) or not self.ops:
            raise UserError(f"A stage's ops are {self.ops!r}.", where="policy", fix="Give at least one op: {name: weight}.")
        for name, weight in self.ops.items():
            type(self).get_op(name)
            if number(weight, f"The weight of {name!r}", 0, 1e6) == 0:
                raise UserError(f"The weight of {name!r} is 0.", where="policy", fix="Leave the op out.")
        number(self.probability, "A stage's probability", 0, 1)
        if not isinstance(self.magnitude, (tuple, list)) or len(self.magnitude) != 2:
            raise UserError(f"A stage's magnitude is {self.magnitude!r}.", where="policy", fix="Give [low, high].")
        low, high = (number(value, "A magnitude", 0, 1) for value in self.magnitude)
        if low > high:
            raise UserError(f"A stage's magnitude runs from {low:g} down to {high:g}.", where="policy", fix="Give [low, high].")
        known_keys(self.scale, set(self.ops), "A stage's scale")
        for name, factor in self.scale.items():
            number(factor, f"The scale of {name!r}", 0, 1)
        object.__setattr__(self, "ops", {name: float(weight) for name, weight in self.ops.items()})
        object.__setattr__(self, "scale", {name: float(factor) for name, factor in self.scale.items() if factor != 1})
        object.__setattr__(self, "probability", float(self.probability))
        object.__setattr__(self, "magnitude", (low, high))

    @staticmethod
    @abstractmethod
    def get_op(name: str) -> Op:
        """The op of that name. Raises UserError naming the nearest."""

    def __hash__(self) -> int:
        return hash((tuple(self.ops.items()), self.probability, self.magnitude, tuple(self.scale.items())))

    def draw(self, rng: RowRandom) -> tuple[np.ndarray, Tensor]:
        """For every row the position of its op in `ops`, -1 for none (int64 (n,)), and its magnitude (float32 (n,))."""
        unit = rng.uniform(3).cpu()
        edges = np.cumsum(np.fromiter(self.ops.values(), dtype=np.float64))
        choice = np.searchsorted(edges, unit[:, 1].double().numpy() * edges[-1], side="right")
        choice = np.where(unit[:, 0].numpy() < self.probability, np.minimum(choice, len(edges) - 1), -1)
        low, high = self.magnitude
        magnitude = low + (high - low) * unit[:, 2]
        if self.scale:
            factors = torch.tensor([*(self.scale.get(name, 1.0) for name in self.ops), 1.0])  # the last serves choice -1
            magnitude = magnitude * factors[torch.from_numpy(choice)]
        return choice, magnitude

    def to_dict(self) -> dict[str, Any]:
        values: dict[str, Any] = {"ops": dict(self.ops), "probability": self.probability, "magnitude": list(self.magnitude)}
        return {**values, "scale": dict(self.scale)} if self.scale else values

    @classmethod
    def from_dict(cls, values: Any) -> Self:
        """The stage that `to_dict` gave. Raises UserError on anything else."""
        known_keys(values, {"ops", "probability", "magnitude", "scale"}, "A stage")
        if "ops" not in values:
            raise UserError("A stage has no ops.", where="policy", fix="Give at least one op: {name: weight}.")
        return cls(**values)
