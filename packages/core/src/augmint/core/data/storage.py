"""Loaded splits on disk, so that every stage and worker reads the same rows. Test lies in a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from pathlib import Path

from datasets import Dataset, load_from_disk

from augmint.core.errors import UserError
from augmint.core.interfaces import Splits

SEEN, TEST, MARKER = "seen", "test", "splits.json"


def save_splits(splits: Splits, directory: Path | str) -> Path:
    """Write the rows under `directory`, replacing what is there.

    `seen/{train,validation,unlabeled}` and `test` are `save_to_disk` folders with all payloads embedded. The folder appears
    at once and whole: a killed writer leaves the old one or none, and of two writers the last wins.
    """
    target = Path(directory)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = target.parent / f".{target.name}.{uuid.uuid4().hex}"
        scratch.mkdir()
    except OSError as error:
        raise UserError(f"{str(target)!r} cannot be written: {error.strerror}.", where="output_dir") from error
    try:
        named = {"train": splits.train, "validation": splits.validation, TEST: splits.test, "unlabeled": splits.unlabeled}
        present = {name: rows for name, rows in named.items() if rows is not None}
        for name, rows in present.items():
            rows.with_format(None).save_to_disk(str(_folder(scratch, name)))
        (scratch / MARKER).write_text(json.dumps({"version": 1, "sizes": {name: len(rows) for name, rows in present.items()}}))
        _swap(scratch, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return target


def open_splits(directory: Path | str, with_test: bool = False) -> Splits:
    """The rows that `save_splits` wrote. Test is opened only where `with_test` says so.

    Raises:
        UserError: where there is nothing, or nothing whole.
    """
    source = Path(directory)
    try:
        sizes = json.loads((source / MARKER).read_text())["sizes"]
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"There are no loaded rows in {str(source)!r}.", fix="Run the recipe from its start.") from error
    found: dict[str, Dataset] = {}
    for name, size in sizes.items():
        if name == TEST and not with_test:
            continue
        rows = load_from_disk(str(_folder(source, name)))
        if not isinstance(rows, Dataset) or len(rows) != size:
            raise UserError(f"The {name} rows in {str(source)!r} are damaged.", fix="Delete the folder and run again.")
        found[name] = rows
    return Splits(found["train"], found["validation"], found.get(TEST), found.get("unlabeled"))


def _folder(root: Path, name: str) -> Path:
    return root / TEST if name == TEST else root / SEEN / name


def _swap(scratch: Path, target: Path) -> None:
    """Put `scratch` in place of `target`. A rename over a folder with content fails, so the old one is moved aside first."""
    for _ in range(20):
        aside = target.parent / f".{target.name}.{uuid.uuid4().hex}"
        try:
            os.rename(target, aside)
        except FileNotFoundError:
            pass
        else:
            shutil.rmtree(aside, ignore_errors=True)
        try:
            os.rename(scratch, target)
            return
        except OSError:
            # Another writer put its folder there between the two renames: move that aside and try again.
            continue
    raise UserError(f"{str(target)!r} cannot be replaced: other processes keep writing it.", where="output_dir")
