"""What splits share: copies of rows, and groups that were to stay together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from datasets import Dataset

from augmint.core.data.config import DataConfig
from augmint.core.data.duplicates import row_digests
from augmint.core.data.split import Split
from augmint.core.errors import UserError
from augmint.core.interfaces import RowCodec, keyed_generator

LABEL = "label"
SHOWN = 5
_PAIRS = (("train", "test"), ("validation", "test"), ("train", "validation"))


class Overlaps:
    """Looks for what splits share.

    Args:
        config: the recipe's `data` section.
        codec: knows what of a row is no label or transcript.
        seed: keys the draw of unlabelled rows.
        notices: is added to.

    Attributes:
        duplicates: "train/test" and the like -> rows of the second that are exact copies of rows of the first.
    """

    def __init__(self, config: DataConfig, codec: RowCodec, seed: int, notices: list[str]) -> None:
        self.config, self.codec, self.seed, self.notices = config, codec, seed, notices
        self.duplicates: dict[str, int] = {}

    def count_groups(self, splits: Mapping[str, Split]) -> None:
        """Note groups that several splits share: what is known of them in training flatters their scores."""
        for first, second in _PAIRS:
            one, other = (splits[name].groups for name in (first, second))
            if one is not None and other is not None and (shared := np.intersect1d(one, other)).size:
                self.notices.append(f"{len(shared)} of {len(np.unique(other))} values of {self.config.group!r} in {second} are in "
                                    f"{first} too ({', '.join(shared[:SHOWN])}{', ...' if len(shared) > SHOWN else ''}): {second} "
                                    "does not tell how well others are served.")

    def count_copies(self, splits: Mapping[str, Split]) -> set[bytes]:
        """Count and note exact copies between splits; returns the digests of all rows."""
        digests = {name: self._digests(split.rows) for name, split in splits.items()}
        for first, second in _PAIRS:
            seen = set(digests[first])
            copies = sum(digest in seen for digest in digests[second])
            if copies:
                self.duplicates[f"{first}/{second}"] = copies
                self.notices.append(f"{copies} of {len(digests[second])} {second} rows are exact copies of {first} rows: "
                                    f"scores on {second} are too good by that much.")
        return {digest for found in digests.values() for digest in found}

    def without_copies(
        self, unlabeled: Dataset, seen: set[bytes], near: Callable[[Dataset], Sequence[bool]] | None = None
    ) -> Dataset:
        """The unlabelled rows that no other split has, within their limit: a seeded draw, in the order of the source.

        Args:
            unlabeled: without the label column.
            seen: digests of the rows of other splits.
            near: which of some rows are near copies of validation or test ones, if the task can tell.
        """
        wanted = self.config.unlabeled_config
        limit = wanted.limit if wanted is not None and wanted.limit is not None else len(unlabeled)
        order = keyed_generator(self.seed, "data", "limit unlabeled").permutation(len(unlabeled))
        fresh: list[int] = []
        copies = close = at = 0
        while at < len(order) and len(fresh) < limit:
            part = order[at : at + max(256, limit - len(fresh))]
            new = [digest not in seen for digest in self._digests(unlabeled.select(part))]
            copies, at = copies + len(part) - sum(new), at + len(part)
            part = part[np.array(new, dtype=bool)]
            if near is not None and len(part):
                alike = np.asarray(near(unlabeled.select(part)), dtype=bool)
                part, close = part[~alike], close + int(alike.sum())
            fresh += part.tolist()
        if copies:
            self.notices.append(f"{copies} unlabelled rows were left out: they are copies of rows of train, validation or test.")
        if close:
            self.notices.append(f"{close} unlabelled rows were left out: they are near copies of rows of validation or test.")
        if not fresh:
            raise UserError("Every unlabelled row is a copy of a row of train, validation or test.", where="data.unlabeled")
        return unlabeled.select(np.sort(np.array(fresh[:limit])))

    def _digests(self, rows: Dataset) -> list[bytes]:
        payload = dict.fromkeys(column for role, column in self.codec.columns.items() if role not in self.codec.answers)
        return row_digests(rows, [column for column in payload if column in rows.column_names])
