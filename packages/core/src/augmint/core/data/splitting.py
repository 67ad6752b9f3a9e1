"""Splitting, limits and the checks that need classes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from datasets import Dataset

from augmint.core.data.config import DataConfig, Limit
from augmint.core.data.duplicates import row_digests
from augmint.core.data.labels import class_counts
from augmint.core.data.subsets import limited, split_off
from augmint.core.errors import UserError
from augmint.core.interfaces import RowCodec

LABEL = "label"
SHOWN = 5


class Splitting:
    """Splitting, limits and the checks on classes; collects notices."""

    def __init__(self, config: DataConfig, codec: RowCodec, seed: int) -> None:
        self.config, self.codec, self.seed = config, codec, seed
        self.notices: list[str] = []
        self.duplicates: dict[str, int] = {}

    def run(self, rows: Mapping[str, Dataset]) -> tuple[dict[str, Dataset], Dataset]:
        """The three splits within their limits, and what `train_limit` left of train."""
        train, result = rows["train"], dict(rows)
        for name, fraction in (("test", self.config.test_fraction), ("validation", self.config.validation_fraction)):
            if name not in result:
                kept, off = split_off(self.codec.labels(train), len(train), fraction, self.seed, f"split off {name}")
                if len(off) == 0 or len(kept) == 0:
                    raise UserError(f"train has {len(train)} rows, too few to split {name} off.", where=f"data.splits.{name}",
                                    fix=f"Name a {name} split or give more rows.")
                train, result[name] = train.select(kept), train.select(off)
        chosen = self._limit(train, self.config.train_limit, "train")
        rest = train.select(np.setdiff1d(np.arange(len(train)), chosen))
        result["train"] = train.select(chosen) if self.config.train_limit is not None else train
        for name, limit in (("validation", self.config.validation_limit), ("test", self.config.test_limit)):
            if limit is not None:
                result[name] = result[name].select(self._limit(result[name], limit, name))
        return {name: result[name] for name in ("train", "validation", "test")}, rest

    def _limit(self, split: Dataset, limit: Limit, name: str) -> np.ndarray:
        labels = self.codec.labels(split)
        if isinstance(limit, Mapping):
            if labels is None:
                raise UserError("per_class needs classes, and this task has none.", where=f"data.{name}_limit",
                                fix="Give an integer.")
            scarce = [f"{key!r} ({count})" for key, count in self.counts(split).items() if 0 < count < limit["per_class"]]
            if scarce:
                self.notices.append(f"{name} has fewer than {limit['per_class']} rows of {', '.join(scarce[:SHOWN])}"
                                    f"{', ...' if len(scarce) > SHOWN else ''}: all of them are used.")
        elif limit is not None and labels is not None and limit < len(set(labels)):
            raise UserError(f"{limit} rows are fewer than the {len(set(labels))} classes.", where=f"data.{name}_limit",
                            fix="Raise it, or give {per_class: n}.")
        return limited(labels, len(split), limit, self.seed, f"limit {name}")

    def counts(self, split: Dataset) -> dict[str, int]:
        names, labels = self.codec.label_names or (), self.codec.labels(split) or []
        return dict(zip(names, class_counts(labels, len(names)).tolist()))

    def check_classes(self, rows: Mapping[str, Dataset]) -> None:
        """Raise UserError where classification cannot work; note what is odd."""
        if self.codec.labels(rows["train"].select([0])) is None:
            return
        train = self.counts(rows["train"])
        present = [name for name, count in train.items() if count]
        if len(present) < 2:
            raise UserError(f"All training rows are of one class, {present[0]!r}." if present else "No training row has a class.",
                            where="data.columns.label", fix="Classification needs rows of at least two classes.")
        for split in ("validation", "test"):
            unseen = [name for name, count in self.counts(rows[split]).items() if count and not train[name]]
            if unseen:
                raise UserError(f"{split} has rows of {', '.join(map(repr, unseen[:SHOWN]))}, of which train has none.",
                                where=f"data.splits.{split}", fix="Add such rows to train, or remove them here.")
        absent = [name for name, count in train.items() if not count]
        if absent:
            self.notices.append(f"No split has rows of the classes {', '.join(map(repr, absent[:SHOWN]))}"
                                f"{', ...' if len(absent) > SHOWN else ''}.")

    def _digests(self, split: Dataset) -> list[bytes]:
        payload = [column for role, column in self.codec.columns.items() if role != LABEL and column in split.column_names]
        return row_digests(split, list(dict.fromkeys(payload)))

    def count_copies(self, rows: Mapping[str, Dataset]) -> None:
        digests = {name: self._digests(split) for name, split in rows.items()}
        for first, second in (("train", "test"), ("validation", "test"), ("train", "validation")):
            seen = set(digests[first])
            copies = sum(digest in seen for digest in digests[second])
            if copies:
                self.duplicates[f"{first}/{second}"] = copies
                self.notices.append(f"{copies} of {len(digests[second])} {second} rows are exact copies of {first} rows: "
                                    f"scores on {second} are too good by that much.")

    def without_copies(self, unlabeled: Dataset, rows: Mapping[str, Dataset]) -> Dataset:
        """The unlabelled rows that no other split has, within their limit."""
        seen = {digest for split in rows.values() for digest in self._digests(split)}
        fresh = np.array([digest not in seen for digest in self._digests(unlabeled)]).nonzero()[0]
        if len(fresh) < len(unlabeled):
            self.notices.append(f"{len(unlabeled) - len(fresh)} unlabelled rows were left out: they are copies of rows of train, "
                                "validation or test.")
        if len(fresh) == 0:
            raise UserError("Every unlabelled row is a copy of a row of train, validation or test.", where="data.unlabeled")
        wanted = self.config.unlabeled_config
        return unlabeled.select(fresh[limited(None, len(fresh), wanted.limit if wanted else None, self.seed, "unlabeled")])
