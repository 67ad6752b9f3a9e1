"""Rows without labels: checked, without copies of other splits' rows, and within their limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from datasets import Audio, Dataset, DatasetDict, Image

from augmint.core.data.checking import checked_rows, same_features
from augmint.core.data.config import DataConfig, UnlabeledConfig
from augmint.core.data.overlaps import LABEL
from augmint.core.data.paths import anchored, folders_of
from augmint.core.data.source import read_source, take_split
from augmint.core.data.split import Split
from augmint.core.data.splitting import Splitting
from augmint.core.errors import UserError
from augmint.core.interfaces import RowProblem, Task


@dataclass(frozen=True)
class Sources:
    """Where unlabelled rows may come from.

    Attributes:
        source: all splits of the recipe's data set.
        rest: what `train_limit` left of train.
        base: what relative paths start from.
    """

    source: DatasetDict
    rest: Dataset
    base: Path | None


def read_unlabeled(config: DataConfig, task_class: type[Task], work: Splitting, sources: Sources, chosen: Mapping[str, Split],
                   seen: set[bytes], skipped: dict[str, list[RowProblem]]) -> Dataset | None:
    """Rows without labels, in train's Features less the label column or in the task's own form; None where none are asked for.

    Args:
        config: the recipe's `data` section.
        task_class: may take the rows in a form of its own (`Task.unlabeled_rows`).
        work: notes what was left out.
        sources: where they come from.
        chosen: the other splits.
        seen: digests of all rows of those.
        skipped: gets the rows that cannot be used.

    Raises:
        UserError: on anything the user can mend, naming the key.
    """
    wanted = config.unlabeled_config
    if wanted is None:
        return None
    found = sources.rest if wanted.rest_of_train else _read(config, wanted, sources)
    if len(found) == 0:
        if wanted.rest_of_train:
            raise UserError("The training split has no rows left over.", where="data.unlabeled.rest_of_train",
                            fix="Set data.train_limit, or give unlabeled rows a path.")
        raise UserError("There are no unlabelled rows.", where="data.unlabeled")
    own = task_class.unlabeled_rows(found, work.codec, {name: split.rows for name, split in chosen.items()})
    if own is not None:
        work.notices += own[1]
        return work.within_limit(own[0])
    near = task_class.find_near_copies(work.codec, [split.rows for name, split in chosen.items() if name != "train"])
    given = [column for role, column in work.codec.columns.items() if role not in work.codec.answers]
    needed = [column for column in given if column in sources.rest.column_names]
    if wanted.rest_of_train:
        return work.overlaps.without_copies(found.select_columns(needed), seen, near)  # checked with train
    found = anchored(task_class.adapt(found, work.codec.columns), folders_of(wanted, sources.base))
    found = _named_alike(found, needed, sources.rest)
    if missing := [column for column in needed if column not in found.column_names]:
        raise UserError(f"The unlabelled rows have no column {missing[0]!r}. Their columns: {', '.join(found.column_names)}.",
                        where="data.unlabeled", fix="Use the column names of the training rows.")
    found = same_features(found.select_columns(needed), sources.rest.select_columns(needed), "unlabeled")
    skipped["unlabeled"] = work.codec.check_unlabelled(_filled(found, work.codec.columns.get(LABEL), sources.rest))
    return work.overlaps.without_copies(checked_rows(found, skipped["unlabeled"], "unlabeled", config.on_error), seen, near)


def _read(config: DataConfig, wanted: UnlabeledConfig, sources: Sources) -> Dataset:
    source = sources.source
    if wanted.path or wanted.name or wanted.data_files or wanted.data_dir:
        source = read_source(wanted.path or config.path, name=wanted.name, data_files=wanted.data_files,
                             data_dir=wanted.data_dir, base_dir=sources.base, where="data.unlabeled")
    return take_split(source, wanted.split, where="data.unlabeled.split")


def _named_alike(rows: Dataset, needed: list[str], like: Dataset) -> Dataset:
    """Rows whose only clip or image is in a column of another name than train's, as folders of files have it, by train's name."""
    if len(needed) == 1 and needed[0] not in rows.column_names and isinstance(like.features[needed[0]], (Audio, Image)):
        alike = [name for name, feature in rows.features.items() if type(feature) is type(like.features[needed[0]])]
        return rows.rename_column(alike[0], needed[0]) if len(alike) == 1 else rows
    return rows


def _filled(rows: Dataset, label: str | None, like: Dataset) -> Dataset:
    """Rows with a label column of a class that exists: the codec checks whole rows, and only the payload is in question."""
    if label is None:
        return rows
    return rows.add_column(label, np.zeros(len(rows), dtype=np.int64), feature=like.features[label])
