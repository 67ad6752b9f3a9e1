"""Pairs that do not keep their numbers."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import ClassVar, Self

import numpy as np

from augmint.text.rules.base import SIDES, Rows, Rule
from augmint.text.rules.registry import register_rule

KEPT = 0.9  # of the real pairs with a digit must keep their numbers as strictly as generated pairs have to
Numbers = Counter[str]

# A separator before exactly three digits may group thousands in one language and begin decimals in the other: it is left out on
# both sides. Every other character that is no digit ends a number.
_NUMBER = re.compile(r"\d{1,3}(?:[.,'\u2019\u066b\u066c\u00a0\u202f\u2009]\d{3})+(?!\d)|\d+")
_DIGIT = re.compile(r"\d")
_NO_DIGIT = re.compile(r"\D")


def numbers_of(text: str) -> Numbers:
    """The digit groups of a text as ASCII digits without leading zeros, and how often each is there. Thousands separators are left
    out, and groups of nothing but zeros say nothing ("8:00" is "8").

    Example:
        >>> numbers_of("1,234.5 kg at 08:00") == numbers_of("1.234,5 kg um 8 Uhr") == numbers_of("١٢٣٤٫٥ كجم الساعة ٨")
        True
        >>> sorted(numbers_of("1,234.5 kg at 08:00"))
        ['1234', '5', '8']
    """
    if not _DIGIT.search(text):
        return Counter()
    groups = (_NO_DIGIT.sub("", group) for group in _NUMBER.findall(text))
    plain = (group if group.isascii() else "".join(str(unicodedata.decimal(digit)) for digit in group) for group in groups)
    return Counter(number for group in plain if (number := group.lstrip("0")))


def _contained(source: Numbers, target: Numbers) -> bool:
    return source.keys() <= target.keys() or source.keys() >= target.keys()


_STRICTNESS: dict[str, Callable[[Numbers, Numbers], bool]] = {
    "multiset": lambda source, target: source == target,
    "set": lambda source, target: source.keys() == target.keys(),
    "contained": _contained,
    "nothing": lambda source, target: True,
}


@register_rule
class Numerals(Rule):
    """Rejects pairs that do not have the same numbers on both sides, as strictly as the real pairs keep them.

    Attributes:
        strictness: the strictest of these that at least 90 % of the real pairs with a digit on either side keep:
            "multiset": every number is as often in the source as in the target;
            "set": both sides have the same numbers, however often;
            "contained": one side's numbers are all on the other side ("2" may be written "two", but not "3");
            "nothing": no pair is rejected.
            Real pairs without any digit leave it at "multiset".
    """

    name = "numerals"
    reason = "numbers"
    tasks: ClassVar[frozenset[str]] = frozenset({"translation"})
    cost = 3.0

    def __init__(self, strictness: str) -> None:
        self.strictness = strictness

    @classmethod
    def fit(cls, real: Rows) -> Self:
        found = [(source, target) for source, target in _numbers(real) if source or target]
        needed = KEPT * len(found)
        return cls(next(name for name, keeps in _STRICTNESS.items() if sum(keeps(*pair) for pair in found) >= needed))

    def rejects(self, rows: Rows) -> np.ndarray:
        keeps = _STRICTNESS[self.strictness]
        return np.array([not keeps(source, target) for source, target in _numbers(rows)], dtype=bool)


def _numbers(rows: Rows) -> list[tuple[Numbers, Numbers]]:
    source, target = ([numbers_of(text) for text in rows[role]] for role in SIDES)
    return list(zip(source, target))
