"""The database files of WordNet, as its release, Debian's `wordnet-base` and NLTK's data folder hold them.

NLTK reads none that lie outside of its own folder, and none without a file that Debian leaves out; the two kinds of files that hold
the words are all that is needed here.

Source: Miller 1995, "WordNet: a lexical database for English"; the formats are those of its manual page wndb(5WN).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

PARTS = ("noun", "verb", "adj", "adv")
_MARKER = re.compile(r"\([a-z]+\)$")  # where an adjective may stand, as in "galore(ip)"


def is_wordnet(folder: Path) -> bool:
    """Whether the folder holds the database."""
    return all((folder / f"{kind}.{part}").is_file() for kind in ("index", "data") for part in PARTS)


def read_wordnet(folder: Path, words: Collection[str]) -> dict[str, list[str]]:
    """Lower-case word -> the other words of its most frequent sense as a noun, a verb, an adjective and an adverb.

    Words are looked up as they stand: inflected ones are not found, since what stood for them would not be inflected.

    Args:
        folder: for which `is_wordnet` holds.
        words: in lower case.
    """
    found: dict[str, list[str]] = {}
    for part in PARTS:
        with (folder / f"data.{part}").open("rb") as data:
            for word, offset in _first_senses(folder / f"index.{part}", words):
                data.seek(offset)
                others = [other for other in _members(data.readline().decode()) if other.casefold() != word]
                found.setdefault(word, []).extend(other for other in others if other not in found.get(word, ()))
    return found


def _first_senses(index: Path, words: Collection[str]) -> Iterator[tuple[str, int]]:
    """Words of the index that are asked for, and where their most frequent sense lies in the data."""
    with index.open(encoding="utf-8") as lines:
        for line in lines:
            word = line.partition(" ")[0]
            if word in words:  # lines of the license begin with a space
                fields = line.split()
                yield word, int(fields[-int(fields[2])])


def _members(line: str) -> list[str]:
    """The words of a set of synonyms."""
    fields = line.split()
    count = int(fields[3], 16)
    return [_MARKER.sub("", word).replace("_", " ") for word in fields[4 : 4 + 2 * count : 2]]
