"""One stage of a text policy: which op each row gets, how likely and how strong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import RowRandom
from augmint.text.ops import get_op


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
class Stage:
    """Each row, with `probability`, passes through one op of `ops`, drawn by weight.

    Attributes:
        ops: op name -> weight above 0 (relative; they need not sum to 1).
        probability: chance that a row passes through the stage at all, [0, 1].
        magnitude: (low, high) within [0, 1]: a row's magnitude is uniform between them.
    """

    ops: Mapping[str, float]
    probability: float = 1.0
    magnitude: tuple[float, float] = (1.0, 1.0)

    def __post_init__(self) -> None:
        if not isinstance(self.ops, Mapping) or not self.ops:
            raise UserError(f"A stage's ops are {self.ops!r}.", where="policy", fix="Give at least one op: {name: weight}.")
        for name, weight in self.ops.items():
            get_op(name)
            if number(weight, f"The weight of {name!r}", 0, 1e6) == 0:
                raise UserError(f"The weight of {name!r} is 0.", where="policy", fix="Leave the op out.")
        if not isinstance(self.magnitude, (tuple, list)) or len(self.magnitude) != 2:
            raise UserError(f"A stage's magnitude is {self.magnitude!r}.", where="policy", fix="Give [low, high].")
        low, high = (number(value, "A magnitude", 0, 1) for value in self.magnitude)
        if low > high:
            raise UserError(f"A stage's magnitude runs from {low:g} down to {high:g}.", where="policy", fix="Give [low, high].")
        object.__setattr__(self, "ops", {name: float(weight) for name, weight in self.ops.items()})
        object.__setattr__(self, "probability", number(self.probability, "A stage's probability", 0, 1))
        object.__setattr__(self, "magnitude", (low, high))

    def __hash__(self) -> int:
        return hash((tuple(self.ops.items()), self.probability, self.magnitude))

    def draw(self, rng: RowRandom) -> tuple[np.ndarray, Tensor]:
        """For every row the position of its op in `ops`, -1 for none (int64 (n,)), and its magnitude (float32 (n,))."""
        passes, which, strength = rng.uniform(3).cpu().unbind(1)
        edges = np.cumsum(list(self.ops.values()))
        op = np.minimum(np.searchsorted(edges, which.double().numpy() * edges[-1], side="right"), len(edges) - 1)
        low, high = self.magnitude
        return np.where(passes.numpy() < self.probability, op, -1), low + (high - low) * strength

    def to_dict(self) -> dict[str, Any]:
        return {"ops": dict(self.ops), "probability": self.probability, "magnitude": list(self.magnitude)}

    @classmethod
    def from_dict(cls, values: Any) -> Stage:
        """The stage that `to_dict` gave. Raises UserError on anything else."""
        known_keys(values, {"ops", "probability", "magnitude"}, "A stage")
        if "ops" not in values:
            raise UserError("A stage has no ops.", where="policy", fix="Give at least one op: {name: weight}.")
        return cls(**values)
