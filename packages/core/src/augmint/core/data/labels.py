"""Class labels: strings and plain integers become one `ClassLabel`, the same in every split."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from datasets import ClassLabel, Dataset, Features, Value

from augmint.core.errors import UserError

UNLABELLED = -1


def class_encode(splits: Mapping[str, Dataset], column: str) -> dict[str, Dataset]:
    """The same splits with `column` as one ClassLabel.

    Strings are sorted; whole numbers and booleans are named by their value, in order. Negative numbers, empty strings and NaN
    are missing labels. Where every split has a ClassLabel already, train's order of names holds and other splits are remapped
    by name. Columns of other kinds are left for the task to judge.

    Raises:
        UserError: where a column looks like free text, or a split has class names that train does not know.
    """
    kinds = {name: rows.features.get(column) for name, rows in splits.items()}
    if any(kind is None for kind in kinds.values()):
        return dict(splits)
    if all(isinstance(kind, ClassLabel) for kind in kinds.values()):
        return _align(splits, column)
    if not all(isinstance(kind, ClassLabel) or _countable(kind) for kind in kinds.values()):
        return dict(splits)
    if not all(_whole(rows, column) for rows in splits.values()):
        return dict(splits)
    values = {name: _names(rows, column) for name, rows in splits.items()}
    found = {value for column_values in values.values() for value in column_values if value is not None}
    total = sum(len(rows) for rows in splits.values())
    if len(found) > 50 and len(found) > total / 4:
        raise UserError(f"Column {column!r} holds {len(found)} different values in {total} rows, so it is no class label.",
                        where="data.columns.label", fix="Name the column of the classes.")
    names = _ordered(found)
    if not names:
        raise UserError(f"Column {column!r} holds no label at all.", where="data.columns.label")
    index = {name: number for number, name in enumerate(names)}
    feature = ClassLabel(names=names)
    return {split: _replace(rows, column, [None if value is None else index[value] for value in values[split]], feature)
            for split, rows in splits.items()}


def column_values(dataset: Dataset, column: str) -> list[Any]:
    """One column as Python values, without decoding the others."""
    table = dataset.select_columns([column]).with_format("arrow")[:]
    values: list[Any] = table.column(column).to_pylist()
    return values


def class_counts(labels: Sequence[int] | np.ndarray, classes: int) -> np.ndarray:
    """Rows of every class, int64 (classes,)."""
    return np.bincount(np.asarray(labels, dtype=np.int64), minlength=classes)


def _countable(kind: Any) -> bool:
    return isinstance(kind, Value) and (kind.dtype in ("string", "large_string", "bool")
                                        or kind.dtype.startswith(("int", "uint", "float")))


def _whole(rows: Dataset, column: str) -> bool:
    """Whether all numbers are whole: tables keep whole numbers as floats where some are missing."""
    feature = rows.features[column]
    if not (isinstance(feature, Value) and feature.dtype.startswith("float")):
        return True
    return all(value is None or math.isnan(value) or float(value).is_integer() for value in column_values(rows, column))


def _names(rows: Dataset, column: str) -> list[str | None]:
    feature, values = rows.features[column], column_values(rows, column)
    if isinstance(feature, ClassLabel):
        known = feature.names
        return [known[value] if value is not None and 0 <= value < len(known) else None for value in values]
    return [_name(value) for value in values]


def _name(value: Any) -> str | None:
    if isinstance(value, float):
        value = None if math.isnan(value) else int(value)
    if value is None or value == "" or (isinstance(value, int) and value < 0):
        return None
    return str(value)


def _ordered(found: set[str]) -> list[str]:
    if all(value.lstrip("-").isdigit() for value in found):
        return sorted(found, key=lambda value: (int(value), value))
    return sorted(found)


def _align(splits: Mapping[str, Dataset], column: str) -> dict[str, Dataset]:
    first = next(iter(splits.values())).features[column]
    index = {name: number for number, name in enumerate(first.names)}
    result = {}
    for split, rows in splits.items():
        names = rows.features[column].names
        if names == first.names:
            result[split] = rows
            continue
        values = column_values(rows, column)
        used = {names[value] for value in values if value is not None and 0 <= value < len(names)}
        if unknown := sorted(used - set(index)):
            raise UserError(f"{split} has classes that train does not know: {', '.join(map(repr, unknown[:5]))}.",
                            where=f"data.splits.{split}", fix="Use the same class names in every split.")
        mapping = [index.get(name, UNLABELLED) for name in names]
        result[split] = _replace(rows, column, [mapping[value] if value is not None and 0 <= value < len(names) else value
                                                for value in values], first)
    return result


def _replace(rows: Dataset, column: str, values: list[int | None], feature: ClassLabel) -> Dataset:
    order = rows.column_names
    changed = rows.remove_columns(column).add_column(column, pa.array(values, type=pa.int64()), feature=feature)
    ordered: Dataset = changed.select_columns(order)
    assert ordered.features == Features({name: changed.features[name] for name in order})
    return ordered
