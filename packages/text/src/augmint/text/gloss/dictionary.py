"""A bilingual dictionary in a text file."""

from __future__ import annotations

from pathlib import Path

from augmint.core.errors import UserError


def read_dictionary(path: str | Path, where: str = "generator.dictionary") -> list[tuple[str, str]]:
    """Its entries: words or phrases and their translations, in the order of the file.

    Args:
        path: UTF-8 text; each line is a word or phrase of the source language, a tab, and one of the target language.
        where: what an error names.

    Raises:
        UserError: the file cannot be read, a line is no such pair, or there is none.
    """
    if not isinstance(path, str | Path):
        raise UserError(f"The dictionary is {path!r}.", where=where, fix="Give a text file's name.")
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{str(path)!r} cannot be read as text: {error}.", where=where, fix="Give a UTF-8 text file.") from error
    entries = []
    for number, line in enumerate(lines, 1):
        source, _, target = (part.strip() for part in line.partition("\t"))
        if source and target and "\t" not in target:
            entries.append((source, target))
        elif line.strip():
            raise UserError(f"Line {number} of {str(path)!r} is {line[:60]!r}.", where=where,
                            fix="Write a word of the source language, a tab and its translation.")
    if not entries:
        raise UserError(f"{str(path)!r} is empty.", where=where, fix="Write a word, a tab and its translation on each line.")
    return entries
