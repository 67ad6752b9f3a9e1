"""Where rows come from: hub, files, folders, `save_to_disk` and built-in sets, all as one `DatasetDict`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from datasets import Dataset, DatasetDict, ReadInstruction, concatenate_datasets, load_dataset, load_from_disk

from augmint.core.data.caching import cache_of
from augmint.core.data.tables import READING, check_tables, files_below, table_kind
from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import modalities

BUILTIN = "builtin:"
# Formats that `load_dataset` takes in place of a path. Without files they would scan the working folder.
FORMATS = {"arrow", "audiofolder", "csv", "imagefolder", "json", "parquet", "text", "tsv", "webdataset"}
SUFFIXES = {".parquet": "parquet", ".csv": "csv", ".tsv": "tsv", ".json": "json", ".jsonl": "json", ".arrow": "arrow",
            ".txt": "text"}
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")


def read_source(path: str, *, name: str | None = None, data_files: Any = None, data_dir: str | None = None,
                base_dir: Path | None = None, where: str = "data") -> DatasetDict:
    """All splits at `path`, unchanged.

    Args:
        path, name, data_files, data_dir: as in `DataConfig`.
        base_dir: what relative paths start from (the recipe's folder); None takes the working folder.
        where: the recipe's section, for messages.

    Raises:
        UserError: where nothing can be read, saying what was tried.
    """
    base = Path(base_dir) if base_dir is not None else Path()
    if path.startswith(BUILTIN):
        return _builtin(path.removeprefix(BUILTIN), where)
    kwargs: dict[str, Any] = {"name": name, "data_files": data_files, "data_dir": data_dir}
    local = base / Path(path).expanduser()
    if path in FORMATS:
        if data_files is None and data_dir is None:
            raise UserError(f"The format {path!r} needs files to read.", where=f"{where}.data_files",
                            fix="Give data_files: {train: ..., test: ...}, or data_dir.")
        kwargs["data_files"] = _resolve(data_files, base, where)
        kwargs["data_dir"] = None if data_dir is None else str(base / Path(data_dir).expanduser())
        target = table_kind(kwargs["data_files"]) or path if path == "csv" else path
    elif local.is_dir():
        if (local / "dataset_dict.json").is_file() or (local / "state.json").is_file():
            return _saved(local, where)
        if not any(local.iterdir()):
            raise UserError(f"The folder {path!r} is empty.", where=f"{where}.path")
        target, kwargs["cache_dir"] = str(local), cache_of(local)
    elif local.is_file():
        if local.suffix.lower() not in SUFFIXES:
            raise UserError(f"The file {path!r} has an ending that is not known.", where=f"{where}.path",
                            fix="Files may end in " + ", ".join(SUFFIXES) + ".")
        target, kwargs["data_files"] = SUFFIXES[local.suffix.lower()], str(local)
    elif HUB_ID.fullmatch(path):
        target = path
    else:
        raise UserError(f"There is no file or folder {path!r}.", where=f"{where}.path",
                        fix="Check the spelling; relative paths start at the recipe's folder.")
    tables = files_below(local) if target == str(local) else kwargs["data_files"]
    kind = target if target in READING else table_kind(tables)
    if kind is not None:
        check_tables(tables, tabs=kind == "tsv", where=f"{where}.path")
    if target in ("parquet", "arrow") and isinstance(kwargs["data_files"], dict):
        # One call for all files would read every split by the first file's Features, so that class 0 of another file, which
        # may be another class, would be taken for the first's.
        parts = {key: _load(target, {**kwargs, "data_files": {key: files}}, path, where)[key]
                 for key, files in kwargs["data_files"].items()}
        return DatasetDict(parts)
    return _load("csv" if target == "tsv" else target, {**kwargs, **READING.get(kind or "", {})}, path, where)


def take_split(source: DatasetDict, spec: str, *, where: str) -> Dataset:
    """The rows that a spec such as "train" or "train[:80%]" names. Raises UserError naming the splits there are."""
    if spec in source:
        return source[spec]
    there = ", ".join(f"{name!r} ({len(rows)} rows)" for name, rows in source.items())
    try:
        parts = ReadInstruction.from_spec(spec).to_absolute({name: len(rows) for name, rows in source.items()})
    except (ValueError, AssertionError) as error:
        reason = "slice" if re.search(r"[\[\]+]", spec) else "split"
        raise UserError(f"There is no {reason} {spec!r}. The splits there are: {there}.", where=where,
                        fix="Name one of them" + (", or null to split it off train." if not where.endswith("train") else ".")
                        ) from error
    pieces: list[Dataset] = []
    for part in parts:
        rows = source[part.splitname]
        pieces.append(rows.select(range(part.from_ or 0, len(rows) if part.to is None else part.to)))
    return pieces[0] if len(pieces) == 1 else concatenate_datasets(pieces)


def _load(target: str, kwargs: dict[str, Any], path: str, where: str) -> DatasetDict:
    try:
        found = load_dataset(target, **kwargs)
    except FileNotFoundError as error:
        raise UserError(f"No data at {path!r}: {_first_line(error).rstrip('.')}.", where=f"{where}.path",
                        fix="Check the spelling; relative paths start at the recipe's folder.") from error
    except (ConnectionError, TimeoutError) as error:
        raise UserError(f"{path!r} is no file or folder here, and the hub cannot be reached.", where=f"{where}.path",
                        fix="Check the spelling, or give a local file or folder, or go online.") from error
    except UserError:
        raise
    except Exception as error:  # load_dataset raises many kinds; all of them mean that these files cannot be read
        if target == "parquet" and _no_rows(kwargs["data_files"]):
            empty_split = next(iter(kwargs["data_files"])) if isinstance(kwargs["data_files"], dict) else "train"
            raise UserError(f"The {empty_split} split is empty.", where=f"{where}.path", fix="Give files with rows.") from error
        cause = error.__cause__ or error
        if empty := re.search(r'Instruction "(.+)" corresponds to no data', str(cause)):
            raise UserError(f"The {empty[1]} split is empty.", where=f"{where}.path", fix="Give files with rows.") from error
        raise UserError(f"{path!r} cannot be read: {type(cause).__name__}: {_first_line(cause)}", where=f"{where}.path",
                        fix="The files may be damaged or of another format: try datasets.load_dataset with them.") from error
    return found if isinstance(found, DatasetDict) else DatasetDict({"train": found})


def _no_rows(files: Any) -> bool:
    """Whether these are parquet files that can be read and hold nothing."""
    if isinstance(files, dict):
        return all(_no_rows(value) for value in files.values())
    try:
        return all(pq.read_metadata(file).num_rows == 0 for file in ([files] if isinstance(files, str) else files))
    except (OSError, ValueError, TypeError):
        return False


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__


def _builtin(name: str, where: str) -> DatasetDict:
    known = {key: make for modality in modalities().values() for key, make in modality.builtin_datasets().items()}
    if name not in known:
        raise UserError(f"There is no built-in data set {name!r}.", where=f"{where}.path",
                        fix=nearest(name, known) if known else "No installed modality brings one.")
    found: DatasetDict = known[name]()
    return found


def _saved(folder: Path, where: str) -> DatasetDict:
    try:
        found = load_from_disk(str(folder))
    except Exception as error:  # a torn or foreign folder fails in many ways
        raise UserError(f"The folder {str(folder)!r} looks saved by save_to_disk but cannot be read: {_first_line(error)}",
                        where=f"{where}.path", fix="Save it again.") from error
    return found if isinstance(found, DatasetDict) else DatasetDict({"train": found})


def _resolve(files: Any, base: Path, where: str) -> Any:
    """The same structure with local relative paths joined to `base`; missing plain files are named."""
    if isinstance(files, dict):
        return {key: _resolve(value, base, f"{where}.data_files.{key}") for key, value in files.items()}
    if isinstance(files, (list, tuple)):
        return [_resolve(value, base, where) for value in files]
    if files is None or not isinstance(files, str) or "://" in files:
        return files
    full = base / Path(files).expanduser()
    if not any(sign in files for sign in "*?[{") and not full.exists():
        raise UserError(f"There is no file {str(full)!r}.", where=where if "data_files" in where else f"{where}.data_files",
                        fix="Check the spelling; relative paths start at the recipe's folder.")
    return str(full)
