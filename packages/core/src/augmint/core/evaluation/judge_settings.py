"""The recipe's `judge` section, of tasks whose judge is several classifiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from augmint.core.errors import UserError, nearest

_RANGES = {"members": (1, 20), "rounds": (0, 10), "min_confidence": (0, 0.9999), "pseudo_share": (0, 0.95)}


@dataclass(frozen=True)
class JudgeSettings:
    """The recipe's `judge` section.

    Attributes:
        members: classifiers averaged, 1 to 20.
        rounds: times the unlabelled rows are labelled anew by an ensemble trained on the last round's labels, 0 to 10.
        min_confidence: least averaged probability of a pseudo-label, [0, 0.9999]; down to half of it for classes that are rarely
            predicted with confidence.
        pseudo_share: part of each batch that is pseudo-labelled in rounds after the first, [0, 0.95].
    """

    members: int = 3
    rounds: int = 1
    min_confidence: float = 0.8
    pseudo_share: float = 0.5

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
                raise UserError(f"{name} is {value!r}.", where=f"judge.{name}", fix=f"Give a number in [{low}, {high}].")
        if not isinstance(self.members, int) or not isinstance(self.rounds, int):
            raise UserError("members and rounds are whole numbers.", where="judge", fix="Write them without a decimal point.")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """From the recipe. Raises UserError on unknown keys and impossible values."""
        known = {field.name for field in fields(cls)}
        for name in values:
            if name not in known:
                raise UserError(f"{name!r} is not a judge setting.", where=f"judge.{name}", fix=nearest(name, known))
        return cls(**values)
