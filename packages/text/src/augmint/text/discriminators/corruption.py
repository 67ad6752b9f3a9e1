"""Bad pairs made of good ones, so that a discriminator learns what adequacy is and not only what machines sound like."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from augmint.core.interfaces import RowRandom
from augmint.core.interfaces.ragged import flatten
from augmint.core.interfaces.strings import to_tensors
from augmint.text.tokens import tokenize

KINDS = ("mismatched", "truncated", "number", "words")
_NUMBER = re.compile(r"\d+")
_SHORT = 15
"""Digits of a number that is calculated with."""


def corrupted(sources: Sequence[str], targets: Sequence[str], rng: RowRandom) -> tuple[list[str], list[str], list[str]]:
    """One bad pair for each good one, of a kind drawn for the row.

    "mismatched" takes another row's source; "truncated" cuts either side to 30 to 70 % of its words; "number" changes a number of
    the source; "words" puts words of another row's source in place of 20 to 50 % of its own. In scripts without spaces every
    character is a word. Where a kind cannot be done (no number, one word), the pair is mismatched.

    Args:
        sources, targets: good pairs; of a single one the words of the source are reversed where another's were needed.
        rng: one stream a row.

    Returns:
        sources, targets and the kind of every bad pair.
    """
    draws = rng.uniform(4).double().cpu().numpy()
    made, kept, kinds = [], [], []
    for row, (source, target) in enumerate(zip(sources, targets, strict=True)):
        kind = KINDS[min(int(draws[row, 0] * len(KINDS)), len(KINDS) - 1)]
        other = sources[_other(row, len(sources), draws[row, 1])]
        bad = CORRUPTIONS[kind](source, target, other, draws[row, 2], draws[row, 3])
        if bad is None or (bad[0] == source and bad[1] == target):
            kind, bad = "mismatched", (other if other != source else _backwards(source) or target, target)
        made.append(bad[0])
        kept.append(bad[1])
        kinds.append(kind)
    return made, kept, kinds


def _other(row: int, count: int, draw: float) -> int:
    return (row + 1 + max(0, min(int(draw * (count - 1)), count - 2))) % count


def _mismatched(source: str, target: str, other: str, draw: float, more: float) -> tuple[str, str] | None:
    return other, target


def _truncated(source: str, target: str, other: str, draw: float, more: float) -> tuple[str, str] | None:
    words = _words(source if more < 0.5 else target)
    if len(words) < 3:
        return None
    short = _joined(words[: max(1, round(len(words) * (0.3 + 0.4 * draw)))])
    return (short, target) if more < 0.5 else (source, short)


def _number(source: str, target: str, other: str, draw: float, more: float) -> tuple[str, str] | None:
    found = list(_NUMBER.finditer(source))
    if not found:
        return None
    chosen = found[min(int(draw * len(found)), len(found) - 1)]
    return source[: chosen.start()] + _another(chosen.group(), more) + source[chosen.end() :], target


def _another(number: str, draw: float) -> str:
    """Another number in the same script's digits: a short one grows up to twofold, in a long one a digit becomes the next."""
    zero, digits = ord(number[0]) - int(number[0]), [int(digit) for digit in number]
    if len(digits) <= _SHORT:
        old = int(number)
        digits = [int(digit) for digit in str(old + 1 + int(draw * max(9, old)))]
    else:
        place = min(int(draw * len(digits)), len(digits) - 1)
        digits[place] = (digits[place] + 1) % 10
    return "".join(chr(zero + digit) for digit in digits)


def _replaced(source: str, target: str, other: str, draw: float, more: float) -> tuple[str, str] | None:
    own, strange = _words(source), _words(other)
    if len(own) < 2:
        return None
    count = max(1, round(len(own) * (0.2 + 0.3 * draw)))
    start = int(more * (len(own) - count + 1))
    places = np.arange(start, start + count)
    for place in places.tolist():
        if strange:
            own[place] = own[place][0], strange[place % len(strange)][1]
    return _joined(own), target


def _words(text: str) -> list[tuple[str, str]]:
    """The words of a text, in scripts without spaces its characters, each after what parts it from the one before."""
    points, lengths = to_tensors([text])
    tokens = tokenize(flatten(points.numpy(), lengths.numpy()))
    start, stop = tokens.start.tolist(), tokens.stop.tolist()
    gaps = ["", *(" " if first > last else "" for first, last in zip(start[1:], stop, strict=False))]
    return [(gap, text[low:high]) for gap, low, high in zip(gaps, start, stop, strict=True)]


def _joined(words: Sequence[tuple[str, str]]) -> str:
    return "".join(gap + word for gap, word in words).strip()


def _backwards(text: str) -> str:
    """The words in reverse order."""
    words = _words(text)
    return _joined([(gap, word) for (gap, _), (_, word) in zip(words, reversed(words), strict=True)])


CORRUPTIONS = {"mismatched": _mismatched, "truncated": _truncated, "number": _number, "words": _replaced}
