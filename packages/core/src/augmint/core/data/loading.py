"""Step 1: the recipe's `data` section to checked train, validation, test and unlabelled rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from datasets import ClassLabel, Dataset, DatasetDict

from augmint.core.data.config import DataConfig, Limit
from augmint.core.data.duplicates import row_digests
from augmint.core.data.labels import class_counts, class_encode
from augmint.core.data.provenance import PROVENANCE
from augmint.core.data.source import read_source, take_split
from augmint.core.data.subsets import limited, split_off
from augmint.core.errors import UserError
from augmint.core.interfaces import RowCodec, RowProblem, Splits, Task

LABEL = "label"
SHOWN = 5


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
    rows = {name: take_split(source, spec, where=f"data.splits.{name}")
            for name, spec in config.splits.items() if spec is not None}
    for name, split in rows.items():
        if len(split) == 0:
            raise UserError(f"The {name} split is empty.", where=f"data.splits.{name}")
        if taken := [column for column in PROVENANCE if column in split.column_names]:
            raise UserError(f"The {name} rows have the column {taken[0]!r}: they were minted before.", where="data.path",
                            fix="Give the original rows, or remove these columns (augmint.core.data.strip_provenance).")
    rows = {name: task_class.adapt(split, roles) for name, split in rows.items()}
    if label := _label_column(task_class, roles, rows["train"]):
        rows = class_encode(rows, label)
    codec = task_class.make_codec(rows["train"], roles)
    rows = {name: _same_features(split, rows["train"], name) for name, split in rows.items()}
    skipped = {name: codec.check(split) for name, split in rows.items()}
    rows = {name: _checked(split, skipped[name], name, config.on_error) for name, split in rows.items()}
    work = _Splitting(config, codec, seed)
    rows, rest = work.run(rows)
    work.check_classes(rows)
    unlabeled = _unlabelled(config, task_class, work, source, rest, base, skipped)
    work.count_copies(rows)
    if unlabeled is not None:
        rows["unlabeled"] = unlabeled = work.without_copies(unlabeled, rows)
    counts = {name: work.counts(split) for name, split in rows.items() if name != "unlabeled" and codec.labels(split) is not None}
    splits = Splits(rows["train"], rows["validation"], rows["test"], unlabeled)
    return LoadedData(splits, {name: found for name, found in skipped.items() if found},
                      {name: len(split) for name, split in rows.items()}, counts, work.duplicates, work.notices)


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


def _unlabelled(config: DataConfig, task_class: type[Task], work: _Splitting, source: DatasetDict, rest: Dataset,
                base: Path | None, skipped: dict[str, list[RowProblem]]) -> Dataset | None:
    """Rows without labels in train's Features less the label column."""
    wanted = config.unlabeled_config
    if wanted is None:
        return None
    label = work.codec.columns.get(LABEL)
    if wanted.rest_of_train:
        if len(rest) == 0:
            raise UserError("The training split has no rows left over.", where="data.unlabeled.rest_of_train",
                            fix="Set data.train_limit, or give unlabeled rows a path.")
        found = rest
    else:
        if wanted.path or wanted.data_files or wanted.data_dir:
            source = read_source(wanted.path or config.path, name=wanted.name, data_files=wanted.data_files,
                                 data_dir=wanted.data_dir, base_dir=base, where="data.unlabeled")
        found = take_split(source, wanted.split, where="data.unlabeled.split")
    if len(found) == 0:
        raise UserError("There are no unlabelled rows.", where="data.unlabeled")
    found = task_class.adapt(found, work.codec.columns)
    payload = [column for column in rest.column_names if column != label]
    needed = [column for role, column in work.codec.columns.items() if role != LABEL and column in payload]
    if missing := [column for column in needed if column not in found.column_names]:
        raise UserError(f"The unlabelled rows have no column {missing[0]!r}. Their columns: {', '.join(found.column_names)}.",
                        where="data.unlabeled", fix="Use the column names of the training rows.")
    found = found.select_columns(needed)
    bare = rest.select_columns(needed)
    found = _same_features(found, bare, "unlabeled")
    # The codec checks whole rows, so the label column is filled with a class that exists for the check alone.
    zeros = np.zeros(len(found), dtype=np.int64)
    problems = work.codec.check(found if label is None else found.add_column(label, zeros, feature=rest.features[label]))
    skipped["unlabeled"] = problems
    return _checked(found, problems, "unlabeled", config.on_error)


class _Splitting:
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
