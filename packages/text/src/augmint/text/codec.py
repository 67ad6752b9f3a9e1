"""Rows with texts to tensors and back."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from datasets import ClassLabel, Dataset, Features

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, RowCodec, RowProblem, Rules
from augmint.core.interfaces.strings import length_key, to_strings, to_tensors
from augmint.text.columns import PAIR, TextColumns, find_columns, languages_of
from augmint.text.roles import ROLES
from augmint.text.rules.batch import BatchRules


class TextCodec(RowCodec):
    """Rows with a text and perhaps a class label, or with a pair of texts.

    Args:
        columns: where the texts are.
        features: of the data set; gives the class names.

    Encoded batches are `{role: int32 (n, L), "<role>_length": int64 (n,)}` for each of "source" and "target", or "text" (see
    `augmint.core.interfaces.strings`), and "label": int64 (n,).
    """

    def __init__(self, columns: TextColumns, features: Features) -> None:
        self.columns, self.languages = dict(columns.columns), dict(columns.languages)
        self.roles = tuple(role for role in ROLES if role in self.columns)
        label = features.get(self.columns.get("label", ""))
        self.label_names = list(label.names) if isinstance(label, ClassLabel) else None

    @property
    def column_arguments(self) -> Mapping[str, str]:
        unlabelled = {"label": ""} if self.roles == ("text",) and "label" not in self.columns else {}
        return {**unlabelled, **self.columns, **self.languages}

    def check(self, dataset: Dataset) -> list[RowProblem]:
        problems: dict[int, str] = {}
        for role in self.roles:
            for row, text in enumerate(self._texts(dataset, role)):
                if (reason := _problem(text)) is not None:
                    problems.setdefault(row, f"the {role} {reason}")
        for row, label in enumerate(self.labels(dataset) or ()):
            if (reason := self._label_problem(label)) is not None:
                problems.setdefault(row, reason)
        return [RowProblem(row, problems[row]) for row in sorted(problems)]

    def _label_problem(self, label: int | None) -> str | None:
        classes = len(self.label_names or ())
        if label is None or label == -1:
            return "the label is missing"
        return None if 0 <= label < classes else f"label {label} is out of range for {classes} classes"

    def encode(self, dataset: Dataset) -> Batch:
        batch: Batch = {}
        for role in self.roles:
            try:
                batch[role], batch[length_key(role)] = to_tensors(list(self._texts(dataset, role)))
            except UserError as error:
                raise UserError(error.what, where=f"column {self.columns[role]!r}, {error.where}", fix=error.fix) from None
        labels = self.labels(dataset)
        if labels is not None:
            batch["label"] = torch.tensor(labels, dtype=torch.int64)
        return batch

    def decode(self, batch: Batch, features: Features) -> dict[str, list[Any]]:
        texts = {role: to_strings(batch[role], batch[length_key(role)]) for role in self.roles}
        if self.languages:
            sides = [[(self.languages[role], text) for text in texts[role]] for role in self.roles]
            column = self.columns[self.roles[0]]
            others = dict.fromkeys(languages_of(features.get(column)))  # a third language is not made up
            columns: dict[str, list[Any]] = {column: [{**others, **dict(pair)} for pair in zip(*sides, strict=True)]}
        else:
            columns = {self.columns[role]: texts[role] for role in self.roles}
        if "label" in batch and self.columns.get("label") in features:
            columns[self.columns["label"]] = batch["label"].tolist()
        return columns

    def labels(self, dataset: Dataset) -> list[int] | None:
        column = self.columns.get("label")
        if column is None or column not in dataset.column_names:
            return None
        return list(dataset.select_columns([column]).with_format("arrow")[:].column(column).to_pylist())

    def preview(self, batch: Batch, row: int) -> str:
        shown = []
        for role in self.roles:
            text = to_strings(batch[role][row : row + 1], batch[length_key(role)][row : row + 1])[0]
            shown.append(f'<span dir="auto">{html.escape(text[:400])}{"…" if len(text) > 400 else ""}</span>')
        style = "min-width:16em;max-width:28em;border-left:2px solid #cbd5e1;padding-left:.5em;margin:.2em 0"
        return f'<div style="{style}">{"<br>".join(shown)}</div>'

    def encode_roles(self, dataset: Dataset, roles: Sequence[str]) -> Batch:
        batch: Batch = {}
        for role in roles:
            # Unlabelled rows hold the role by its own name (see `Task.unlabeled_rows`).
            texts = list(dataset[role]) if role in dataset.column_names and set(dataset.column_names) == {role} else None
            batch[role], batch[length_key(role)] = to_tensors(texts if texts is not None else self.texts(dataset, role))
        return batch

    def fit_rules(self, originals: Dataset) -> Rules | None:
        return BatchRules.fit({role: self.texts(originals, role) for role in self.roles})

    def texts(self, dataset: Dataset, role: str) -> list[str]:
        """The texts of a role, one a row."""
        return list(self._texts(dataset, role))

    def _texts(self, dataset: Dataset, role: str) -> Iterator[Any]:
        column, language = self.columns[role], self.languages.get(role)
        values = dataset.select_columns([column]).with_format("arrow")[:].column(column).to_pylist()
        return (None if value is None else value.get(language) for value in values) if language else iter(values)


def make_codec(dataset: Dataset, columns: Mapping[str, str] | None = None) -> TextCodec:
    """The codec of a data set's texts; see `augmint.text.columns.find_columns`.

    Raises:
        UserError: as that does; of a column that holds texts and other values, the first row with another one is named.
    """
    _refuse_mixed(dataset, columns or {})
    return TextCodec(find_columns(dataset.features, columns or {}), dataset.features)


def _refuse_mixed(dataset: Dataset, columns: Mapping[str, str]) -> None:
    """JSON lines may hold a text in one row and a number in another; `datasets` then reads the column as neither."""
    for role, name in {**({} if set(columns) & set(PAIR) else {"text": "text"}), **columns}.items():
        if role == "label" or type(dataset.features.get(name)).__name__ != "Json":
            continue
        values = list(dataset[name])
        row = next((row for row, value in enumerate(values) if not isinstance(value, str | None)), None)
        if row is not None and any(isinstance(value, str) for value in values):
            raise UserError(
                f"Row {row} of column {name!r} holds {values[row]!r}, not a text as other rows do.",
                where=f"data.columns.{role}",
                fix="Write it as a string, in quotes.",
            )


def _problem(text: Any) -> str | None:
    if text is None:
        return "is missing"
    if not text.strip():
        return "is empty"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "holds half of a surrogate pair"
    return None
