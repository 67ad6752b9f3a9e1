"""Files that the cells of a table name: where they lie when a name does not say it from the root on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from datasets import Audio, Dataset, Features, Image

from augmint.core.data.config import DataConfig, UnlabeledConfig

CLIPS = "clips"
"""Common Voice keeps its files in a folder of that name beside its tables, which name them alone."""


def anchored(rows: Dataset, folders: Sequence[Path]) -> Dataset:
    """The rows with the names of files in `Audio` and `Image` columns made whole.

    Args:
        rows: as they were read, columns already of those types.
        folders: where a relative name may start, in order; the first that has the file counts. A name that none has stays.
    """
    for column, feature in rows.features.items():
        if isinstance(feature, (Audio, Image)) and (found := _whole(rows, column, folders)) is not None:
            order, kind = rows.column_names, type(feature)(decode=False)
            paths = Dataset.from_dict({column: found}, features=Features({column: kind}))
            table = rows.remove_columns(column).add_column(column, paths[column], feature=kind)
            rows = table.cast_column(column, feature).select_columns(order)
    return rows


def folders_of(config: DataConfig | UnlabeledConfig, base: Path | None) -> list[Path]:
    """Where the names in the tables of a section may start: the recipe's folder, then those that the tables lie in.

    Args:
        config: the section.
        base: what relative paths of the recipe start from; None takes the working folder.
    """
    start = base or Path()
    named = [config.path, config.data_dir, *_files(config.data_files)]
    places = [start / Path(name).expanduser() for name in named if name and "://" not in name]
    tables = [place if place.is_dir() else place.parent for place in places]
    return list(dict.fromkeys([start, *tables, *(table / CLIPS for table in tables)]))


def _files(files: Any) -> list[str]:
    if isinstance(files, Mapping):
        files = list(files.values())
    if isinstance(files, (list, tuple)):
        return [name for part in files for name in _files(part)]
    return [files] if isinstance(files, str) else []


def _whole(rows: Dataset, column: str, folders: Sequence[Path]) -> list[dict[str, Any]] | None:
    """The column's cells with whole names; None where they are whole, or hold bytes."""
    stored = rows.data.column(column)
    if not pa.types.is_struct(stored.type) or pc.struct_field(stored, "bytes").null_count < len(stored):
        return None
    kind = type(rows.features[column])(decode=False)
    cells = rows.cast_column(column, kind)[column][:]
    names = [cell["path"] if cell is not None else None for cell in cells]
    whole = [_place(name, folders) if name else None for name in names]
    return None if whole == names else [{"bytes": None, "path": name} for name in whole]


def _place(name: str, folders: Sequence[Path]) -> str:
    if Path(name).is_absolute() or "://" in name:
        return name
    return next((str((folder / name).absolute()) for folder in folders if (folder / name).is_file()), name)
