"""The recipe's `mint` section."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from augmint.core.errors import UserError, nearest

AMOUNTS = ("ratio", "per_class", "total")


@dataclass
class MintArguments:
    """How many rows to mint and how.

    Attributes:
        ratio: minted rows for each original row, over all classes. 1.0 where none of the three amounts is given.
        per_class: every class is brought up to this many rows, originals counted; a class that has them already gets none.
        total: this many minted rows.
        candidates_factor: candidates made at first for each row that the score filter is expected to leave; above 1 leaves
            room for the other filters.
        max_rounds: after the first round, further candidates are made for classes that fell short, at most so many rounds.
        max_candidates: per wanted row, over all rounds; what is missing then is reported as short.
        memorisation_quantile: a minted row is rejected as memorised where it lies closer to a training row than this part of
            the training rows lies to its own nearest training row, [0, 1). 0 switches the check off.
        near_duplicate: a minted row is rejected where an earlier one of its class lies within this part of the median distance
            between neighbouring training rows, [0, 1). 0 rejects exact duplicates alone.
        shard_size: candidates a work item makes. Changes which rows are minted, as a seed does.
        block_size: rows a network sees at once, always full (padded). Changes rounding, so it is part of the result.
        rows_per_file: rows of one parquet file.
        rejected_examples: rejected rows kept for the report, for every reason.
        threads: torch threads of one worker; fixed, so that the result does not depend on the machine's load.

    Raises:
        UserError: naming the key that is wrong.

    Example:
        >>> MintArguments().ratio
        1.0
        >>> MintArguments(per_class=50).ratio is None
        True
    """

    ratio: float | None = None
    per_class: int | None = None
    total: int | None = None
    candidates_factor: float = 1.25
    max_rounds: int = 4
    max_candidates: float = 20.0
    memorisation_quantile: float = 0.01
    near_duplicate: float = 0.05
    shard_size: int = 512
    block_size: int = 64
    rows_per_file: int = 20_000
    rejected_examples: int = 8
    threads: int = 1

    def __post_init__(self) -> None:
        given = [name for name in AMOUNTS if getattr(self, name) is not None]
        if len(given) > 1:
            raise UserError(f"{' and '.join(given)} are both given.", where="mint", fix="Give one of ratio, per_class and total.")
        if not given:
            self.ratio = 1.0
        if self.ratio is not None:
            self._number("ratio", 0, 1000)
        for name, low in (("per_class", 1), ("total", 0), ("max_rounds", 1), ("shard_size", 1), ("block_size", 1),
                          ("rows_per_file", 1), ("rejected_examples", 0), ("threads", 1)):
            self._integer(name, low)
        self._number("candidates_factor", 1, 100)
        self._number("max_candidates", 1, 10_000)
        self._number("memorisation_quantile", 0, 0.999)
        self._number("near_duplicate", 0, 0.999)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> MintArguments:
        """From the recipe's section. Raises UserError on unknown keys."""
        known = {item.name for item in fields(cls)}
        for key in values:
            if key not in known:
                raise UserError(f"{key!r} is not known.", where=f"mint.{key}", fix=nearest(str(key), known))
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def check_without_classes(self) -> None:
        """Raise UserError where the amount counts rows of classes: for tasks that have none."""
        if self.per_class is not None:
            raise UserError("per_class needs classes, and this task has none.", where="mint.per_class", fix="Give ratio or total.")

    def _number(self, name: str, low: float, high: float) -> None:
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or not low <= value <= high:
            raise UserError(f"{value!r} is not possible.", where=f"mint.{name}", fix=f"Give a number from {low} to {high}.")

    def _integer(self, name: str, low: int) -> None:
        value = getattr(self, name)
        if value is None and name in AMOUNTS:
            return
        if isinstance(value, bool) or not isinstance(value, int) or value < low:
            raise UserError(f"{value!r} is not possible.", where=f"mint.{name}", fix=f"Give a whole number of at least {low}.")
