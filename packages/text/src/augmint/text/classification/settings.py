"""The recipe's `judge` section for text classification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from augmint.text.training.settings import check_keys, check_ranges


@dataclass(frozen=True)
class JudgeSettings:
    """The recipe's `judge` section.

    Attributes:
        members: classifiers averaged, 1 to 20.
    """

    members: int = 3

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> JudgeSettings:
        """From the recipe. Raises UserError on unknown keys and impossible values."""
        check_keys(values, {"members"}, "judge")
        made = cls(**values)
        check_ranges(made, "judge", {"members": (1, 20, True)})
        return made
