"""Protected spans: numbers, addresses, placeholders and markup, which no op may touch, move or reorder."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from augmint.core.interfaces.ragged import Texts
from augmint.text.characters import LETTER, SPACE, TRIGGER
from augmint.text.ragged import spans_of

_WORD = "0-9A-Za-z_\u00c0-\u024f\u0370-\u052f"  # Latin, Greek and Cyrillic: \w would run on through Chinese
_UNIT = "[A-Za-z\u00b0\u00b5\u00c0-\u024f\u0370-\u052f%\u2030\u20ac\u00a3\u00a5\u20b9$]"
_SEPARATOR = "[.,:/'\u2019\u066b\u066c\u00a0\u202f\u2009\u2010-\u2013\u2212xX\u00d7*^-]"
_ASCII = r"[!-~]*[A-Za-z0-9/#=&~_-]"  # the rest of an address, without the punctuation that follows it
_WORDS = "|".join((  # spans that begin like a word
    rf"[A-Za-z][A-Za-z0-9+.-]*://{_ASCII}",
    rf"www\.{_ASCII}",
    rf"[{_WORD}.+-]+@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+",  # e-mail address
    rf"[A-Za-z0-9_-]+(?:\.[A-Za-z_][A-Za-z0-9_-]*)+(?:/{_ASCII})?",  # host, file, attribute: a.b
    rf"[{_WORD}.-]*[_\\/|~^=+][{_WORD}./\\=+-]*[{_WORD}]",  # path, identifier
))
_SIGNS = "|".join((  # spans that begin with a sign or a digit
    r"<[^<>\s][^<>\n]*>",  # tag, comment, special token
    r"\$?\{\{?[^{}\n]*\}\}?",  # {x}, {{x}}, ${x}
    r"%\(\w+\)[#0+-]*\d*(?:\.\d+)?[A-Za-z]",  # %(name)d
    r"%(?:\d+\$)?[#0+-]*\d*(?:\.\d+)?[sdifrxXeEgGcou](?![A-Za-z])",  # %s, %5.2f
    r"&#?\w+;",  # entity
    r"\[/?[A-Z_0-9]+\]",  # [NAME]
    rf"[$\u20ac\u00a3\u00a5\u20b9#+\u2212-]?\d+(?:{_SEPARATOR}\d+)*{_UNIT}*",  # number, its currency or sign, its unit
    r"[@#$]\w+",  # handle, hashtag, $variable
))
# Words are tried where they begin only, and signs where there is one: the search passes quickly over everything else.
_SPAN = re.compile(rf"(?<![{_WORD}.+-])(?:{_WORDS})|(?=[<$\{{%&\[@#\d+\u2212\u20ac\u00a3\u00a5\u20b9-])(?:{_SIGNS})")
_WIDE = np.array([ord(sign) for sign in "<{\u00a0\u202f\u2009"])  # only spans with one of these hold whitespace
_ASCII_END = 0x7F


def protected_spans(text: str) -> list[tuple[int, int]]:
    """Where a text's protected spans are: (start, stop) in characters, in order, free of overlaps.

    Numbers with their separators, signs, currencies and units; URLs, e-mail addresses, hosts, file names and paths; handles and
    hashtags; placeholders ({x}, ${x}, %s, %(name)d, [NAME]); tags and entities.

    Example:
        >>> text = "Send {name} 1,250.50 kg or 30km to a.b@example.org, <b>now</b>."
        >>> [text[start:stop] for start, stop in protected_spans(text)]
        ['{name}', '1,250.50', '30km', 'a.b@example.org', '<b>', '</b>']
    """
    return [match.span() for match in _SPAN.finditer(text)]


def mark_spans(texts: Texts, kind: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Which characters lie in a protected span, and which of these are not its first: bool (total,) each; None for no spans.

    Args:
        texts: the texts.
        kind: flags of every character, see `characters`.
    """
    trigger = (kind & TRIGGER) > 0
    trigger[:-1] |= (texts.points[:-1] == ord(".")) & ((kind[1:] & LETTER) > 0) & ~texts.firsts[1:]
    at = np.flatnonzero(trigger)  # every span holds one
    if not len(at):
        return None
    # A line break before every text: nothing that comes before a text may change what is found in it.
    whole = np.insert(texts.points, texts.offsets[:-1], ord("\n")).tobytes().decode("utf-32-le", "surrogatepass")
    find = _SPAN.finditer
    found = [match.span() for start, stop in _windows(texts, kind, at) for match in find(whole, start, stop)]
    inside, joined = np.zeros(len(whole), dtype=bool), np.zeros(len(whole), dtype=bool)
    if found:
        first, last = np.array(found).T
        inside[spans_of(first, last - first)] = True
        joined[spans_of(first + 1, last - first - 1)] = True
    text = np.ones(len(whole), dtype=bool)
    text[texts.offsets[:-1] + np.arange(len(texts.offsets) - 1)] = False  # the line breaks
    return inside[text], joined[text]


def _windows(texts: Texts, kind: np.ndarray, triggers: np.ndarray) -> Iterator[tuple[int, int]]:
    """Where to search, counting the line breaks: the whitespace-free pieces with a trigger, or, in texts with characters that may
    begin a span with whitespace, all from the first trigger's piece on. Searching these finds what searching everything would."""
    space = (kind & SPACE) > 0
    begins = ~space
    begins[1:] &= space[:-1] | texts.firsts[1:]
    ends = ~space
    ends[:-1] &= space[1:] | texts.firsts[1:]
    start, stop = np.flatnonzero(begins), np.flatnonzero(ends) + 1
    piece = np.searchsorted(start, triggers, side="right") - 1
    piece = piece[np.append(True, piece[1:] != piece[:-1])]
    row, start, stop = texts.rows(start[piece]), start[piece], stop[piece]
    wide = np.zeros(len(texts.offsets) - 1, dtype=bool)
    for places in (triggers, np.flatnonzero(space & (texts.points > _ASCII_END))):
        wide[texts.rows(places[np.isin(texts.points[places], _WIDE)])] = True
    lead = np.append(True, row[1:] != row[:-1])
    kept = lead | ~wide[row]
    stop = np.where(wide[row], texts.offsets[row + 1], stop)
    shift = row[kept] + 1
    return zip((start[kept] + shift).tolist(), (stop[kept] + shift).tolist())
