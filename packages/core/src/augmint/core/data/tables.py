"""Tables as text (CSV and TSV) whose rows have more cells than the header: pandas would take the first cell for an index and put
every other one under the wrong name."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from augmint.core.errors import UserError

_COMPRESSED = (".gz", ".bz2", ".xz", ".zip", ".zst", ".lz4")


def check_tables(files: Any, *, tabs: bool, where: str) -> None:
    """Look at every local file among `files`.

    Args:
        files: as `data_files` of `load_dataset`.
        tabs: whether a tab ends a cell and nothing else does, so that no line ends within one; else cells may be quoted.
        where: the recipe's section, for messages.

    Raises:
        UserError: a row has more cells than the header, or a cell of a TSV file holds a carriage return; names file and line.
    """
    for path in _paths(files):
        with path.open(encoding="utf-8", errors="replace", newline="") as lines:
            names = 0
            for number, cells in _rows(lines, tabs):
                if not any(cells) and not names:
                    continue  # blank lines above the header: pandas skips them
                names = names or len(cells)
                if len(cells) > names:
                    what = f"{path.name}, line {number}, has {len(cells)} cells; its header has {names}."
                    raise UserError(what, where=where, fix="Take the spare cell out, or give it a name in the header.")
                if tabs and any("\r" in cell for cell in cells):
                    what = f"{path.name}, line {number}, holds a carriage return within a cell, which would break the row in two."
                    raise UserError(what, where=where, fix="Put a space or \\n in its place.")


def _rows(lines: Any, tabs: bool) -> Iterator[tuple[int, list[str]]]:
    """Lines and their cells; the first is the header."""
    if tabs:
        for number, line in enumerate(lines.read().split("\n"), 1):
            yield number, line.removesuffix("\r").split("\t")
    else:
        reader = csv.reader(lines)
        with suppress(csv.Error):  # what it cannot read, pandas may
            for cells in reader:
                yield reader.line_num, cells


def _paths(files: Any) -> Iterator[Path]:
    """Local files of plain text; patterns, addresses and compressed files are left to `datasets`."""
    if isinstance(files, Mapping):
        files = list(files.values())
    for file in [files] if isinstance(files, (str, Path)) else files or []:
        if isinstance(file, (list, tuple, Mapping)):
            yield from _paths(file)
        elif Path(file).is_file() and Path(file).suffix.lower() not in _COMPRESSED:
            yield Path(file)
