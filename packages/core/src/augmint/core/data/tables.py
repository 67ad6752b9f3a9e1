"""Tables as text (CSV and TSV) whose rows have more cells than the header: pandas would take the first cell for an index and put
every other one under the wrong name."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from augmint.core.errors import UserError

READING: dict[str, dict[str, Any]] = {
    # A tab ends a cell and nothing else does: quotation marks belong to the text, and so does a cell that says NA.
    "tsv": {"delimiter": "\t", "quoting": csv.QUOTE_NONE, "keep_default_na": False},
    # The word for zero is null in German: a cell is missing where it is empty, and not where it says so.
    "csv": {"keep_default_na": False, "na_values": [""]},
}
"""How the CSV builder of `datasets` is to read them."""
_COMPRESSED = (".gz", ".bz2", ".xz", ".zip", ".zst", ".lz4")


def table_kind(files: Any) -> str | None:
    """What the names of all files end in, "csv" or "tsv", compressed or not; else None (`files` as `data_files` of datasets)."""
    endings = {next((end for end in reversed(Path(name.lower()).suffixes) if end not in _COMPRESSED), "") for name in _names(files)}
    return endings.pop()[1:] if endings in ({".csv"}, {".tsv"}) else None


def files_below(folder: Path) -> list[str]:
    """What a folder holds for `load_dataset`: neither hidden files nor those that describe it."""
    paths = (path for path in folder.rglob("*") if not any(part.startswith(".") for part in path.relative_to(folder).parts))
    return sorted(str(path) for path in paths if path.is_file() and path.suffix.lower() != ".md")


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
    for name in _names(files):
        if Path(name).is_file() and Path(name).suffix.lower() not in _COMPRESSED:
            yield Path(name)


def _names(files: Any) -> Iterator[str]:
    if isinstance(files, Mapping):
        files = list(files.values())
    for file in [files] if isinstance(files, (str, Path)) else files or []:
        if isinstance(file, (list, tuple, Mapping)):
            yield from _names(file)
        else:
            yield str(file)
