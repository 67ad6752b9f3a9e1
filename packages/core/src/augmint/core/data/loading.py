"""Step 1: the recipe's `data` section to checked train, validation, test and unlabelled rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from datasets import ClassLabel, Dataset

from augmint.core.data.checking import checked_rows, same_features
from augmint.core.data.config import DEFAULT_SPLITS, DataConfig
from augmint.core.data.labels import class_encode
from augmint.core.data.overlaps import LABEL
from augmint.core.data.paths import anchored, folders_of
from augmint.core.data.provenance import refuse_minted
from augmint.core.data.source import read_source, take_split
from augmint.core.data.split import Split
from augmint.core.data.splitting import Splitting
from augmint.core.data.unlabeled import Sources, read_unlabeled
from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import RowProblem, Splits, Task

FEWEST = 2
"""Rows of a split: nothing can be said of how one row varies."""


@dataclass(frozen=True)
class LoadedData:
    """The rows and what was done to them.

    Attributes:
        splits: checked rows, limited as the recipe says. Unlabelled rows have no label column.
        skipped: split -> rows that were dropped, positions as in the source's split.
        sizes: split -> rows kept.
        class_counts: split -> class name -> rows, where the task has classes.
        duplicates: "train/test" and the like -> rows of the second that are exact copies of rows of the first.
        facts: split -> what its rows come in that the codec evens out (such as sampling rates), in words -> rows.
        notices: what the user should know, one sentence each.
    """

    splits: Splits
    skipped: Mapping[str, list[RowProblem]]
    sizes: Mapping[str, int]
    class_counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    duplicates: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
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
    rows = {name: anchored(task_class.adapt(split, roles), folders_of(config, base)) for name, split in rows.items()}
    if label := _label_column(task_class, roles, rows["train"]):
        rows = class_encode(rows, label)
    codec = task_class.make_codec(rows["train"], roles)
    rows = {name: same_features(split, rows["train"], name) for name, split in rows.items()}
    skipped = {name: codec.check(split) for name, split in rows.items()}
    rows = {name: checked_rows(split, skipped[name], name, config.on_error) for name, split in rows.items()}
    work = Splitting(config, codec, seed)
    if config.group is not None and config.group not in rows["train"].column_names:
        fix = nearest(config.group, rows["train"].column_names)
        raise UserError(f"There is no column {config.group!r}.", where="data.group", fix=fix)
    if alone:
        work.notices.append(f"The data has no test split: {config.test_fraction:.0%} of train was set aside as one.")
    chosen, rest = work.run({name: Split.of(split, codec, config.group) for name, split in rows.items()})
    work.check_classes(chosen)
    work.overlaps.count_groups(chosen)
    seen = work.overlaps.count_copies(chosen)
    unlabeled = read_unlabeled(config, task_class, work, Sources(source, rest, base), chosen, seen, skipped)
    rows = {name: split.rows for name, split in chosen.items()}
    for name, split in rows.items():
        if len(split) < FEWEST:
            fix = f"Give it at least {FEWEST}, better dozens."
            raise UserError(f"The {name} split has {len(split)} row.", where="data", fix=fix)
    sizes = {name: len(split) for name, split in rows.items()} | ({"unlabeled": len(unlabeled)} if unlabeled is not None else {})
    counts = {name: work.counts(split) for name, split in chosen.items() if split.labels is not None}
    dropped = {name: found for name, found in skipped.items() if found}
    splits = Splits(rows["train"], rows["validation"], rows["test"], unlabeled)
    kept = rows if unlabeled is None else {**rows, "unlabeled": unlabeled}
    facts = {name: found for name, split in kept.items() if (found := dict(codec.facts(split)))}
    return LoadedData(splits, dropped, sizes, counts, work.overlaps.duplicates, facts, work.notices)


def _label_column(task_class: type[Task], roles: Mapping[str, str], train: Dataset) -> str | None:
    """The column of classes: as given, else the task's default, else the only ClassLabel; None leaves it to the codec."""
    if LABEL not in task_class.default_columns:
        return None
    named = roles.get(LABEL) or task_class.default_columns[LABEL]
    if named in train.column_names or LABEL in roles:
        return named
    typed = [name for name, feature in train.features.items() if isinstance(feature, ClassLabel)]
    return typed[0] if len(typed) == 1 else None
