"""The recipe's `judge` section for text classification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from augmint.text.training.settings import Range, check_keys, check_ranges


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

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> JudgeSettings:
        """From the recipe. Raises UserError on unknown keys and impossible values."""
        check_keys(values, {item.name for item in fields(cls)}, "judge")
        made = cls(**values)
        ranges: dict[str, Range] = {
            "members": (1, 20, True),
            "rounds": (0, 10, True),
            "min_confidence": (0, 0.9999, False),
            "pseudo_share": (0, 0.95, False),
        }
        check_ranges(made, "judge", ranges)
        return made
