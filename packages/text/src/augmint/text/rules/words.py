"""Words and sizes of texts in any script: where words are not set apart by spaces, every character is a word."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from augmint.text.characters import EXTEND, SPACE, SPACELESS, kinds

_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~¡¿«»‹›“”„‘’‚…–—。、，．！？；：「」『』（）،؛؟۔।"


def flags(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Flags of every character of the texts one after another (see `characters`), int16 (total,), and where texts begin and the
    last one ends, int64 (n + 1,)."""
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    edges = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)), out=edges[1:])
    return kinds(points), edges


def sizes(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """How many characters each text has, without whitespace and combining marks, and how many words: int64 (n,) each.

    Example:
        >>> [size.tolist() for size in sizes(["two words", "", "你好 Leo"])]
        [[8, 0, 5], [2, 0, 3]]
    """
    kind, edges = flags(texts)
    counted = (kind & (SPACE | EXTEND)) == 0
    apart = (kind & (SPACE | SPACELESS)) > 0
    begins = counted.copy()
    begins[1:] &= apart[1:] | apart[:-1]
    inner = edges[:-1][edges[:-1] < len(kind)]
    begins[inner] = counted[inner]  # what comes before a text is another one
    return _sums(counted, edges), _sums(begins, edges)


def words_of(text: str) -> list[str]:
    """The words of a text, case folded and without the punctuation around them.

    Example:
        >>> words_of("Wait, wait: it's 你好!")
        ['wait', 'wait', "it's", '你', '好']
    """
    pieces = text.casefold().split()
    if not text.isascii() and any(map(_spaceless, text)):
        pieces = [part for piece in pieces for part in _apart(piece)]
    stripped = (piece.strip(_PUNCTUATION) for piece in pieces)
    return [word for word in stripped if word]


@cache
def _spaceless(character: str) -> bool:
    return bool(kinds(np.array([ord(character)]))[0] & SPACELESS)


def _apart(piece: str) -> list[str]:
    """A piece without whitespace, cut around characters of scripts that write no spaces; marks stay with what they mark."""
    kind, _ = flags([piece])
    spaceless = (kind & SPACELESS) > 0
    cuts = (spaceless[1:] | spaceless[:-1]) & ((kind[1:] & EXTEND) == 0)
    places = [0, *(np.flatnonzero(cuts) + 1).tolist(), len(piece)]
    return [piece[start:stop] for start, stop in pairwise(places)]


def _sums(marks: np.ndarray, edges: np.ndarray) -> np.ndarray:
    total = np.concatenate([[0], np.cumsum(marks, dtype=np.int64)])
    return np.asarray(total[edges[1:]] - total[edges[:-1]])
