"""Rows that cannot be used, and splits that do not fit together."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from datasets import Dataset

from augmint.core.data.overlaps import SHOWN
from augmint.core.errors import UserError
from augmint.core.interfaces import RowProblem


def same_features(split: Dataset, train: Dataset, name: str) -> Dataset:
    """The split in train's columns and Features, so that rows of all splits can be put together."""
    if split.features == train.features:
        return split
    missing = [column for column in train.column_names if column not in split.column_names]
    if missing:
        raise UserError(f"{name} has no column {missing[0]!r}, which train has. Its columns: {', '.join(split.column_names)}.",
                        where=f"data.splits.{name}", fix="Use the same columns in every split.")
    try:
        same: Dataset = split.select_columns(train.column_names).cast(train.features)
    except Exception as error:  # pyarrow and datasets raise several kinds on a cast that cannot be made
        raise UserError(f"The columns of {name} are of other types than those of train: {str(error).splitlines()[0][:200]}",
                        where=f"data.splits.{name}", fix="Use the same columns in every split.") from error
    return same


def checked_rows(split: Dataset, problems: list[RowProblem], name: str, on_error: str) -> Dataset:
    if not problems:
        return split
    bad = sorted({problem.row for problem in problems})
    if on_error == "raise":
        raise UserError(describe_problems(problems, name, len(split)), where="data",
                        fix="Mend these rows, or set data.on_error: skip to leave them out.")
    if len(bad) == len(split):
        raise UserError("No row can be used: " + describe_problems(problems, name, len(split)), where=f"data.splits.{name}")
    return split.select(np.setdiff1d(np.arange(len(split)), bad))


def describe_problems(problems: list[RowProblem], name: str, total: int) -> str:
    """One line that names the first rows of every reason and counts them.

    Example:
        >>> found = [RowProblem(3, "image cannot be decoded", "a.png"), RowProblem(17, "image cannot be decoded")]
        >>> describe_problems(found, "train", 200)
        'train rows 3 (a.png), 17 (2 of 200): image cannot be decoded.'
    """
    reasons: dict[str, list[RowProblem]] = defaultdict(list)
    for problem in problems:
        reasons[problem.reason].append(problem)
    parts = []
    for reason, found in list(reasons.items())[:SHOWN]:
        shown = ", ".join(map(str, found[:SHOWN])) + (", ..." if len(found) > SHOWN else "")
        parts.append(f"{name} row{'s' if len(found) > 1 else ''} {shown} ({len(found)} of {total}): {reason}")
    return "; ".join(parts) + ("; and other reasons." if len(reasons) > SHOWN else ".")
