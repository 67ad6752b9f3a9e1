"""The recipe's `data` section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

from augmint.core.errors import UserError, nearest

Limit: TypeAlias = int | Mapping[str, int] | None
"""None keeps all rows, an integer keeps that many, `{"per_class": n}` keeps n of every class."""

DEFAULT_SPLITS: Mapping[str, str | None] = {"train": "train", "validation": None, "test": "test"}
ON_ERROR = ("raise", "skip")


@dataclass(frozen=True)
class UnlabeledConfig:
    """Where rows without labels come from. Their label column, where they have one, is never read.

    Attributes:
        path, name, data_files, data_dir: as in `DataConfig`; `path` None takes the data set's own.
        split: the split to take, slices such as "train[1000:]" included.
        rest_of_train: take what `train_limit` left of the training split instead of loading anything.
        limit: at most this many rows, drawn by the seed.
    """

    path: str | None = None
    name: str | None = None
    data_files: Any = None
    data_dir: str | None = None
    split: str = "train"
    rest_of_train: bool = False
    limit: int | None = None

    def __post_init__(self) -> None:
        _check_limit("unlabeled.limit", self.limit, per_class=False)
        if not isinstance(self.split, str) or not self.split:
            raise UserError(f"{self.split!r} is not the name of a split.", where="data.unlabeled.split")
        if self.rest_of_train and any((self.path, self.data_files, self.data_dir, self.name)):
            raise UserError("rest_of_train takes rows of the training split, so it cannot have a path or files of its own.",
                            where="data.unlabeled", fix="Remove one of the two.")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> UnlabeledConfig:
        known = {item.name for item in fields(cls)}
        for key in values:
            if key not in known:
                raise UserError(f"{key!r} is not known.", where=f"data.unlabeled.{key}", fix=nearest(str(key), known))
        return cls(**values)


@dataclass
class DataConfig:
    """What to load and how to split it.

    Attributes:
        path: as `datasets.load_dataset` takes it (hub id, "parquet", "csv", "imagefolder", ...), "tsv", a file, a folder of
            images, tables or parquet files, a `save_to_disk` folder, or `builtin:<name>`.
        name, data_files, data_dir: as `datasets.load_dataset` takes them.
        splits: our split -> the data set's split, slices such as "train[:80%]" included; None is split off train by the seed,
            stratified by label where there is one.
        columns: role -> column name; roles left out take the task's defaults.
        unlabeled: rows without labels: a section with `path`, `name`, `data_files`, `data_dir`, `split`, `rest_of_train` (what
            `train_limit` left of the training split) and `limit`; or None.
        train_limit, validation_limit, test_limit: a number of rows, or `{"per_class": n}`. Applied after validation and test are
            split off, so that `{"per_class": 20}` leaves exactly 20 a class; smaller limits of one seed are subsets of larger ones.
        validation_fraction, test_fraction: part of train that is split off where `splits` says None.
        group: a column of speakers, patients or recordings, say, whose rows belong together: what is split off train is whole
            groups, and groups that several splits share are counted.
        on_error: "raise" stops at rows that cannot be used, "skip" drops and counts them.

    Raises:
        UserError: naming the key that is wrong.

    Example:
        >>> DataConfig("builtin:digits", train_limit={"per_class": 10}).splits
        {'train': 'train', 'validation': None, 'test': 'test'}
    """

    path: str
    name: str | None = None
    data_files: Any = None
    data_dir: str | None = None
    splits: Mapping[str, str | None] = field(default_factory=lambda: dict(DEFAULT_SPLITS))
    columns: Mapping[str, str] = field(default_factory=dict)
    unlabeled: Mapping[str, Any] | None = None
    train_limit: Limit = None
    validation_limit: Limit = None
    test_limit: Limit = None
    validation_fraction: float = 0.2
    test_fraction: float = 0.2
    group: str | None = None
    on_error: str = "raise"

    def __post_init__(self) -> None:
        if not isinstance(self.path, str) or not self.path.strip():
            raise UserError(f"{self.path!r} is not a path.", where="data.path",
                            fix="Give a hub id, a file, a folder or builtin:<name>.")
        self._check_splits()
        self._check_columns()
        for name in ("train_limit", "validation_limit", "test_limit"):
            _check_limit(name, getattr(self, name), per_class=True)
        for name in ("validation_fraction", "test_fraction"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
                raise UserError(f"{value!r} is not a fraction.", where=f"data.{name}", fix="Give a number between 0 and 1.")
        if self.group is not None and (not isinstance(self.group, str) or not self.group):
            raise UserError(f"{self.group!r} is not a column name.", where="data.group", fix="Give the column of speakers, say.")
        if self.on_error not in ON_ERROR:
            raise UserError(f"{self.on_error!r} is not known.", where="data.on_error", fix="Give 'raise' or 'skip'.")
        if self.unlabeled is not None:
            if not isinstance(self.unlabeled, Mapping):
                raise UserError(f"{self.unlabeled!r} is not a section.", where="data.unlabeled",
                                fix="Give path, data_files, split and limit, or rest_of_train: true.")
            UnlabeledConfig.from_dict(self.unlabeled)

    @property
    def unlabeled_config(self) -> UnlabeledConfig | None:
        return None if self.unlabeled is None else UnlabeledConfig.from_dict(self.unlabeled)

    def _check_splits(self) -> None:
        if not isinstance(self.splits, Mapping):
            raise UserError(f"{self.splits!r} is not a section.", where="data.splits", fix="Give train, validation and test.")
        for key, value in self.splits.items():
            if key not in DEFAULT_SPLITS:
                raise UserError(f"{key!r} is not a split.", where=f"data.splits.{key}", fix=nearest(str(key), DEFAULT_SPLITS))
            if value is not None and (not isinstance(value, str) or not value):
                raise UserError(f"{value!r} is not the name of a split.", where=f"data.splits.{key}", fix="Give a name or null.")
        self.splits = {**DEFAULT_SPLITS, **self.splits}
        if self.splits["train"] is None:
            raise UserError("There is nothing to train on.", where="data.splits.train", fix="Name the training split.")
        named = [(key, value) for key, value in self.splits.items() if value is not None]
        for index, (key, value) in enumerate(named):
            for other, same in named[:index]:
                if value == same:
                    raise UserError(f"{other} and {key} are both {value!r}, so the score would be measured on rows used before.",
                                    where=f"data.splits.{key}", fix="Use null to split it off train.")

    def _check_columns(self) -> None:
        if not isinstance(self.columns, Mapping):
            raise UserError(f"{self.columns!r} is not a section.", where="data.columns", fix="Give role: column name.")
        for role, column in self.columns.items():
            if not isinstance(column, str) or not column:
                raise UserError(f"{column!r} is not a column name.", where=f"data.columns.{role}")


def _check_limit(name: str, limit: Any, *, per_class: bool) -> None:
    where, count = f"data.{name}", limit
    if limit is None:
        return
    if isinstance(limit, Mapping):
        if not per_class or set(limit) != {"per_class"}:
            raise UserError(f"{dict(limit)!r} is not a limit.", where=where,
                            fix="Give an integer or {per_class: n}." if per_class else "Give an integer.")
        count = limit["per_class"]
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise UserError(f"{count!r} is not a number of rows.", where=where, fix="Give an integer of at least 1.")
