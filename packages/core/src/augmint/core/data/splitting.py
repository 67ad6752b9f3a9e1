"""Splitting, limits and the checks that need classes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from datasets import Dataset

from augmint.core.data.config import DataConfig, Limit
from augmint.core.data.labels import class_counts
from augmint.core.data.overlaps import SHOWN, Overlaps
from augmint.core.data.split import Split
from augmint.core.data.subsets import limited, split_off, split_off_groups
from augmint.core.errors import UserError
from augmint.core.interfaces import RowCodec

_SHARED = ("speaker", "client", "patient", "subject", "session")
USUAL_GROUPS = frozenset(f"{who}{end}" for who in _SHARED for end in ("", "_id", "id"))
"""Column names, in lower case, of what rows commonly share."""


class Splitting:
    """Splitting, limits and the checks on classes; collects notices.

    Attributes:
        notices: what the user should know, one sentence each.
        overlaps: what splits share; adds to the notices.
    """

    def __init__(self, config: DataConfig, codec: RowCodec, seed: int) -> None:
        self.config, self.codec, self.seed = config, codec, seed
        self.notices: list[str] = []
        self.overlaps = Overlaps(config, codec, seed, self.notices)

    def run(self, splits: Mapping[str, Split]) -> tuple[dict[str, Split], Dataset]:
        """The three splits within their limits, and what `train_limit` left of train."""
        train, result = splits["train"], dict(splits)
        for name, fraction in (("test", self.config.test_fraction), ("validation", self.config.validation_fraction)):
            if name not in result:
                kept, off = self._split_off(train, fraction, name)
                train, result[name] = train.take(kept), train.take(off)
        chosen = self._limit(train, self.config.train_limit, "train")
        rest = train.rows.select(np.setdiff1d(np.arange(len(train.rows)), chosen))
        result["train"] = train.take(chosen)
        for name, limit in (("validation", self.config.validation_limit), ("test", self.config.test_limit)):
            result[name] = result[name].take(self._limit(result[name], limit, name))
        return {name: result[name] for name in ("train", "validation", "test")}, rest

    def _split_off(self, train: Split, fraction: float, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Positions in train that stay and that become the split `name`."""
        purpose = f"split off {name}"
        if train.groups is not None:
            kept, off = split_off_groups(train.groups, train.labels, fraction, self.seed, purpose)
            why = f"all of its rows have the same {self.config.group!r}"
        else:
            kept, off = split_off(train.labels, len(train.rows), fraction, self.seed, purpose)
            why = f"its {len(train.rows)} rows are too few" + (", no two of one class" if train.labels is not None else "")
            likely = [column for column in train.rows.column_names if column.lower() in USUAL_GROUPS]
            if likely:
                self.notices.append(f"Rows of one {likely[0]!r} may be in train and in {name}, which makes scores on {name} too "
                                    f"good: with data.group: {likely[0]} they stay together.")
        if len(off) == 0 or len(kept) == 0:
            raise UserError(f"{name} cannot be split off train: {why}.", where=f"data.splits.{name}",
                            fix=f"Name a {name} split or give more rows.")
        return kept, off

    def _limit(self, split: Split, limit: Limit, name: str) -> np.ndarray:
        if isinstance(limit, Mapping):
            if split.labels is None:
                raise UserError("per_class needs classes, and this task has none.", where=f"data.{name}_limit",
                                fix="Give an integer.")
            scarce = [f"{key!r} ({count})" for key, count in self.counts(split).items() if 0 < count < limit["per_class"]]
            if scarce:
                self.notices.append(f"{name} has fewer than {limit['per_class']} rows of {', '.join(scarce[:SHOWN])}"
                                    f"{', ...' if len(scarce) > SHOWN else ''}: all of them are used.")
        elif limit is not None and split.labels is not None and limit < len(np.unique(split.labels)):
            raise UserError(f"{limit} rows are fewer than the {len(np.unique(split.labels))} classes.", where=f"data.{name}_limit",
                            fix="Raise it, or give {per_class: n}.")
        return limited(split.labels, len(split.rows), limit, self.seed, f"limit {name}")

    def counts(self, split: Split) -> dict[str, int]:
        """Class name -> rows; {} without classes."""
        if split.labels is None:
            return {}
        names = self.codec.label_names or ()
        return dict(zip(names, class_counts(split.labels, len(names)).tolist()))

    def check_classes(self, splits: Mapping[str, Split]) -> None:
        """Raise UserError where classification cannot work; note what is odd."""
        if splits["train"].labels is None:
            return
        train = self.counts(splits["train"])
        present = [name for name, count in train.items() if count]
        if len(present) < 2:
            raise UserError(f"All training rows are of one class, {present[0]!r}." if present else "No training row has a class.",
                            where="data.columns.label", fix="Classification needs rows of at least two classes.")
        for name in ("validation", "test"):
            unseen = [key for key, count in self.counts(splits[name]).items() if count and not train[key]]
            if unseen:
                raise UserError(f"{name} has rows of {', '.join(map(repr, unseen[:SHOWN]))}, of which train has none.",
                                where=f"data.splits.{name}", fix="Add such rows to train, or remove them here.")
        absent = [key for key, count in train.items() if not count]
        if absent:
            self.notices.append(f"No split has rows of the classes {', '.join(map(repr, absent[:SHOWN]))}"
                                f"{', ...' if len(absent) > SHOWN else ''}.")

    def within_limit(self, unlabeled: Dataset) -> Dataset:
        """The unlabelled rows within their limit: a seeded draw, in the order of the source."""
        wanted = self.config.unlabeled_config
        limit = wanted.limit if wanted is not None else None
        return unlabeled.select(limited(None, len(unlabeled), limit, self.seed, "limit unlabeled"))
