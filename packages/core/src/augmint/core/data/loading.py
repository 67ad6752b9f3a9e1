"""Step 1: the recipe's `data` section to checked train, validation, test and unlabelled rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from datasets import ClassLabel, Dataset, DatasetDict

from augmint.core.data.config import DEFAULT_SPLITS, DataConfig
from augmint.core.data.labels import class_encode
from augmint.core.data.provenance import refuse_minted
from augmint.core.data.source import read_source, take_split
from augmint.core.data.splitting import LABEL, SHOWN, Split, Splitting
from augmint.core.errors import UserError
from augmint.core.interfaces import RowProblem, Splits, Task


@dataclass(frozen=True)
class LoadedData:
    """The rows and what was done to them.

    Attributes:
        splits: checked rows, limited as the recipe says. Unlabelled rows have no label column.
        skipped: split -> rows that were dropped, positions as in the source's split.
        sizes: split -> rows kept.
        class_counts: split -> class name -> rows, where the task has classes.
        duplicates: "train/test" and the like -> rows of the second that are exact copies of rows of the first.
        notices: what the user should know, one sentence each.
    """

    splits: Splits
    skipped: Mapping[str, list[RowProblem]]
    sizes: Mapping[str, int]
    class_counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    duplicates: Mapping[str, int] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


def load_splits(config: DataConfig, task_class: type[Task], columns: Mapping[str, str] | None = None, *, seed: int,
                base_dir: Path | str | None = None) -> LoadedData:
    """Load, check, split and limit.

    Args:
        config: the recipe's `data` section.
        task_class: makes the codec that knows the columns.
        columns: role -> column name, over `config.columns`.
        seed: keys splitting off and limits.
        base_dir: what relative paths start from (the recipe's folder).

    Raises:
        UserError: on anything the user can mend, naming the key.
    """
    base = Path(base_dir) if base_dir is not None else None
    roles = {**config.columns, **(columns or {})}
    source = read_source(config.path, name=config.name, data_files=config.data_files, data_dir=config.data_dir, base_dir=base)
    named = dict(config.splits)
    # A folder of images or a lone file has one split: the usual name of the test split then means "set one aside".
    alone = len(source) == 1 and named["test"] == DEFAULT_SPLITS["test"] and named["test"] not in source
    named["test"] = None if alone else named["test"]
    rows = {name: take_split(source, spec, where=f"data.splits.{name}") for name, spec in named.items() if spec is not None}
    for name, split in rows.items():
        if len(split) == 0:
            raise UserError(f"The {name} split is empty.", where=f"data.splits.{name}")
        refuse_minted(split.column_names, where="data.path")
    rows = {name: task_class.adapt(split, roles) for name, split in rows.items()}
    if label := _label_column(task_class, roles, rows["train"]):
        rows = class_encode(rows, label)
    codec = task_class.make_codec(rows["train"], roles)
    rows = {name: _same_features(split, rows["train"], name) for name, split in rows.items()}
    skipped = {name: codec.check(split) for name, split in rows.items()}
    rows = {name: _checked(split, skipped[name], name, config.on_error) for name, split in rows.items()}
    work = Splitting(config, codec, seed)
    if alone:
        work.notices.append(f"The data has no test split: {config.test_fraction:.0%} of train was set aside as one.")
    chosen, rest = work.run({name: Split.of(split, codec) for name, split in rows.items()})
    work.check_classes(chosen)
    seen = work.count_copies(chosen)
    unlabeled = _unlabelled(config, task_class, work, source, rest, base, skipped)
    if unlabeled is not None:
        unlabeled = work.without_copies(unlabeled, seen)
    rows = {name: split.rows for name, split in chosen.items()}
    sizes = {name: len(split) for name, split in rows.items()} | ({"unlabeled": len(unlabeled)} if unlabeled is not None else {})
    counts = {name: work.counts(split) for name, split in chosen.items() if split.labels is not None}
    return LoadedData(Splits(rows["train"], rows["validation"], rows["test"], unlabeled),
                      {name: found for name, found in skipped.items() if found}, sizes, counts, work.duplicates, work.notices)


def _label_column(task_class: type[Task], roles: Mapping[str, str], train: Dataset) -> str | None:
    """The column of classes: as given, else the task's default, else the only ClassLabel; None leaves it to the codec."""
    if LABEL not in task_class.default_columns:
        return None
    named = roles.get(LABEL) or task_class.default_columns[LABEL]
    if named in train.column_names or LABEL in roles:
        return named
    typed = [name for name, feature in train.features.items() if isinstance(feature, ClassLabel)]
    return typed[0] if len(typed) == 1 else None


def _same_features(split: Dataset, train: Dataset, name: str) -> Dataset:
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


def _checked(split: Dataset, problems: list[RowProblem], name: str, on_error: str) -> Dataset:
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
        >>> describe_problems([RowProblem(3, "image cannot be decoded"), RowProblem(17, "image cannot be decoded")], "train", 200)
        'train rows 3, 17 (2 of 200): image cannot be decoded.'
    """
    reasons: dict[str, list[int]] = defaultdict(list)
    for problem in problems:
        reasons[problem.reason].append(problem.row)
    parts = []
    for reason, found in list(reasons.items())[:SHOWN]:
        shown = ", ".join(map(str, found[:SHOWN])) + (", ..." if len(found) > SHOWN else "")
        parts.append(f"{name} row{'s' if len(found) > 1 else ''} {shown} ({len(found)} of {total}): {reason}")
    return "; ".join(parts) + ("; and other reasons." if len(reasons) > SHOWN else ".")


def _unlabelled(config: DataConfig, task_class: type[Task], work: Splitting, source: DatasetDict, rest: Dataset,
                base: Path | None, skipped: dict[str, list[RowProblem]]) -> Dataset | None:
    """Rows without labels in train's Features less the label column."""
    wanted = config.unlabeled_config
    if wanted is None:
        return None
    columns = rest.column_names
    needed = [column for role, column in work.codec.columns.items() if role != LABEL and column in columns]
    if wanted.rest_of_train:
        if len(rest) == 0:
            raise UserError("The training split has no rows left over.", where="data.unlabeled.rest_of_train",
                            fix="Set data.train_limit, or give unlabeled rows a path.")
        return rest.select_columns(needed)  # checked with train
    if wanted.path or wanted.name or wanted.data_files or wanted.data_dir:
        source = read_source(wanted.path or config.path, name=wanted.name, data_files=wanted.data_files,
                             data_dir=wanted.data_dir, base_dir=base, where="data.unlabeled")
    found = task_class.adapt(take_split(source, wanted.split, where="data.unlabeled.split"), work.codec.columns)
    if len(found) == 0:
        raise UserError("There are no unlabelled rows.", where="data.unlabeled")
    if missing := [column for column in needed if column not in found.column_names]:
        raise UserError(f"The unlabelled rows have no column {missing[0]!r}. Their columns: {', '.join(found.column_names)}.",
                        where="data.unlabeled", fix="Use the column names of the training rows.")
    found = _same_features(found.select_columns(needed), rest.select_columns(needed), "unlabeled")
    skipped["unlabeled"] = work.codec.check(_filled(found, work.codec.columns.get(LABEL), rest))
    return _checked(found, skipped["unlabeled"], "unlabeled", config.on_error)


def _filled(rows: Dataset, label: str | None, like: Dataset) -> Dataset:
    """Rows with a label column of a class that exists: the codec checks whole rows, and only the payload is in question."""
    if label is None:
        return rows
    return rows.add_column(label, np.zeros(len(rows), dtype=np.int64), feature=like.features[label])
