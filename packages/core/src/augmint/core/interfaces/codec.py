"""Rows of a `datasets.Dataset` to tensors and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

from datasets import Dataset, Features

from augmint.core.interfaces.batch import Batch, batch_size


@dataclass(frozen=True)
class RowProblem:
    """A row that cannot be used: its position in the split, why (one phrase such as "image cannot be decoded"), and the name of the
    file that it came from where that is known."""

    row: int
    reason: str
    file: str | None = None

    def __str__(self) -> str:
        return f"{self.row} ({self.file})" if self.file else str(self.row)


def file_of(cell: Any) -> str | None:
    """The name of the file that an undecoded cell of an `Image` or `Audio` column came from, or None."""
    path = cell.get("path") if isinstance(cell, Mapping) else None
    return Path(path).name if path else None


Rules: TypeAlias = Callable[[Batch], list[str | None]]
"""Encoded rows -> for each what is wrong with it ("length ratio", say), or None. Row i's verdict depends on row i alone."""


SAMPLE_LINE = "<!-- line --><br>"
"""What begins a line of samples in the page that `RowCodec.save_samples` writes."""


class RowCodec(ABC):
    """Knows the user's columns. Picklable, so that workers can hold one.

    Attributes:
        columns: role -> column name, such as `{"image": "img", "label": "fine_label"}`.
        label_names: class names in index order, or None where the task has no classes.
        answers: roles of what a model is to say of a row; unlabelled rows lack them.
    """

    answers: ClassVar[tuple[str, ...]] = ("label",)
    columns: Mapping[str, str]
    label_names: Sequence[str] | None

    @property
    def column_arguments(self) -> Mapping[str, str]:
        """Role -> name by which the same columns are found again: `columns`, unless a column holds several roles."""
        return self.columns

    @abstractmethod
    def check(self, dataset: Dataset) -> list[RowProblem]:
        """Every row that cannot be encoded (undecodable, empty, label out of range or missing)."""

    def check_unlabelled(self, dataset: Dataset) -> list[RowProblem]:
        """As `check`, of rows of `data.unlabeled`. The default asks the same of them."""
        return self.check(dataset)

    @abstractmethod
    def encode(self, dataset: Dataset) -> Batch:
        """All rows of `dataset` as tensors, compactly (images uint8). Callers pass slices: `dataset.select(...)`."""

    @abstractmethod
    def decode(self, batch: Batch, features: Features) -> dict[str, list[Any]]:
        """Column name -> values that `Dataset.from_dict(..., features=features)` takes; only the columns the task knows."""

    def to_network(self, batch: Batch) -> Batch:
        """Encoded rows as generators and discriminators take them (images float32 in [-1, 1]). The default changes nothing."""
        return batch

    def from_network(self, batch: Batch) -> Batch:
        """Generated rows as `encode` gives real ones (images uint8): what judges, ops and `decode` take. Undoes `to_network`."""
        return batch

    def suit(self, *parts: Any) -> None:
        """Work as policies and networks do that come with the rows (at their sampling rate, say); None among them counts nothing.
        The default changes nothing.

        Raises:
            UserError: they disagree.
        """

    def labels(self, dataset: Dataset) -> list[int] | None:
        """Class index of every row, or None where the task has no classes. Must not decode payloads."""
        return None

    def encode_roles(self, dataset: Dataset, roles: Sequence[str]) -> Batch:
        """Some roles of rows that may lack the others: what a generator with `conditioned_on` is conditioned on."""
        raise NotImplementedError(f"{type(self).__name__} gives no conditions")

    def facts(self, dataset: Dataset) -> Mapping[str, int]:
        """What rows come in that `encode` evens out (such as sampling rates), in words, and how many rows do. The default has
        none."""
        return {}

    def fit_rules(self, originals: Dataset) -> Rules | None:
        """What a generated row must keep to, learnt from the real training rows; None where there are no such rules."""
        return None

    @abstractmethod
    def preview(self, batch: Batch, row: int) -> str:
        """A self-contained HTML fragment of one row (an <img>, an <audio>, escaped text)."""

    def save_samples(self, batch: Batch, path: Path, columns: int) -> Path:
        """Write the rows as one file to look at, `columns` of them side by side; returns its path, with a fitting suffix.
        The default writes an HTML page of previews."""
        target = path.with_suffix(".html")
        cells = [self.preview(batch, row) for row in range(batch_size(batch))]
        lines = ["".join(cells[at : at + columns]) for at in range(0, len(cells), columns)]
        target.write_text(SAMPLE_LINE.join(["<!doctype html><meta charset=utf-8>", *lines]), encoding="utf-8")
        return target
