"""Bad pairs made of good ones, so that a discriminator learns what adequacy is and not only what machines sound like."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from augmint.core.interfaces import RowRandom

KINDS = ("mismatched", "truncated", "number", "words")
_NUMBER = re.compile(r"\d+")


def corrupted(sources: Sequence[str], targets: Sequence[str], rng: RowRandom) -> tuple[list[str], list[str], list[str]]:
    """One bad pair for each good one, of a kind drawn for the row.

    "mismatched" takes another row's source; "truncated" cuts either side to 30 to 70 % of its words; "number" changes a number of
    the source; "words" puts words of another row's source in place of 20 to 50 % of its own. Where a kind cannot be done (no
    number, one word), the pair is mismatched.

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
            kind, bad = "mismatched", (other if other != source else " ".join(reversed(source.split())) or target, target)
        made.append(bad[0])
        kept.append(bad[1])
        kinds.append(kind)
    return made, kept, kinds


def _other(row: int, count: int, draw: float) -> int:
    return (row + 1 + max(0, min(int(draw * (count - 1)), count - 2))) % count


def _mismatched(source: str, target: str, other: str, draw: float, more: float) -> tuple[str, str] | None:
    return other, target


def _truncated(source: str, target: str, other: str, draw: float, more: float) -> tuple[str, str] | None:
    cut = source if more < 0.5 else target
    words = cut.split()
    if len(words) < 3:
        return None
    short = " ".join(words[: max(1, round(len(words) * (0.3 + 0.4 * draw)))])
    return (short, target) if more < 0.5 else (source, short)


def _number(source: str, target: str, other: str, draw: float, more: float) -> tuple[str, str] | None:
    found = list(_NUMBER.finditer(source))
    if not found:
        return None
    chosen = found[min(int(draw * len(found)), len(found) - 1)]
    old = int(chosen.group())
    new = str(old + 1 + int(more * max(9, old)))
    return source[: chosen.start()] + new + source[chosen.end() :], target


def _words(source: str, target: str, other: str, draw: float, more: float) -> tuple[str, str] | None:
    own, strange = source.split(), other.split()
    if len(own) < 2:
        return None
    count = max(1, round(len(own) * (0.2 + 0.3 * draw)))
    start = int(more * (len(own) - count + 1))
    places = np.arange(start, start + count)
    for place in places.tolist():
        own[place] = strange[place % len(strange)] if strange else own[place]
    return " ".join(own), target


CORRUPTIONS = {"mismatched": _mismatched, "truncated": _truncated, "number": _number, "words": _words}
