"""What kind of character a code point is, for whole arrays of them, and its lower and upper case.

Tables cover all of Unicode and are filled as characters turn up: nothing is computed at import, and a lookup is one gather.

Source: Unicode Standard Annex 29, "Unicode text segmentation" (which characters a grapheme cluster keeps together).
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np

SPACE = 1  # whitespace, as str.isspace has it
EXTEND = 2  # stays with the character before it: combining marks, variation selectors, emoji modifiers
LETTER = 4
SPACELESS = 8  # of a script written without spaces between words
END_MARK = 16  # ends a sentence
TRIGGER = 32  # every protected span holds one of these, or a full stop before a letter
CAPITAL = 64
JOINER = 128  # keeps the next character too: zero-width joiner, virama

_SPACELESS = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3001, 0x312F), (0x31F0, 0x31FF), (0x3400, 0x4DBF),
              (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFF01, 0xFF0F), (0xFF1A, 0xFF20), (0xFF3B, 0xFF40), (0xFF5B, 0xFF9F),
              (0x1B000, 0x1B16F), (0x20000, 0x3FFFF))
"""Thai and Lao; Myanmar; Khmer; CJK punctuation, Kana and Bopomofo; Kana extensions; Han (3 ranges);
full-width punctuation (4 ranges) and half-width Kana; Kana; Han."""
_EXTENDING = ((0x0E33, 0x0E33), (0x0EB3, 0x0EB3), (0x1160, 0x11FF), (0x200C, 0x200D), (0xFF9E, 0xFF9F),
              (0x1F3FB, 0x1F3FF), (0xE0020, 0xE007F))
"""Thai and Lao vowel AM; Hangul vowels and finals; zero-width (non-)joiner; half-width voicing; skin tones; tags of flags."""
_END_MARKS = frozenset(".!?\u2026\u3002\uff01\uff1f\uff0e\uff61\u061f\u06d4\u0964\u0965\u0589\u037e\u1362\u203c\u2047\u2048\u2049")
_TRIGGERS = frozenset("@#{%$<&/_[=+\\^~|")
REGIONAL_INDICATORS = (0x1F1E6, 0x1F1FF)


def _within(point: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= point <= high for low, high in ranges)


def _kind(point: int) -> int:
    character = chr(point)
    category = unicodedata.category(character)
    extends = category in ("Mn", "Mc", "Me") or _within(point, _EXTENDING)
    flags = {
        SPACE: character.isspace(),
        EXTEND: extends,
        LETTER: category[0] == "L",
        SPACELESS: _within(point, _SPACELESS),
        END_MARK: character in _END_MARKS,
        TRIGGER: (category[0] == "N" and character.isdigit()) or character in _TRIGGERS,
        CAPITAL: category in ("Lu", "Lt"),
        JOINER: point == 0x200D or unicodedata.combining(character) == 9,
    }
    return sum(flag for flag, holds in flags.items() if holds)


class CharacterTable:
    """A function of one code point as a table over all of Unicode, filled as code points turn up.

    Args:
        function: code point -> a number that `dtype` holds, never its largest.
        dtype: of the table. Its largest value marks what is not filled in yet.
    """

    def __init__(self, function: Callable[[int], int], dtype: Any) -> None:
        self._function, self._empty = function, np.iinfo(dtype).max
        self._values = np.full(sys.maxunicode + 1, self._empty, dtype=dtype)

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """The function of every code point: integers in [0, 0x10FFFF] of any shape -> `dtype`, same shape."""
        values = self._values.take(points)
        missing = values == self._empty
        if missing.any():
            for point in np.unique(points[missing]).tolist():
                self._values[point] = self._function(point)
            values = self._values.take(points)
        return values


def _one_to_one(change: Callable[[str], str]) -> Callable[[int], int]:
    """A case change that keeps the number of characters: the German sharp s and a few ligatures stay as they are."""
    def changed(point: int) -> int:
        new = change(chr(point))
        return ord(new) if len(new) == 1 else point
    return changed


kinds = CharacterTable(_kind, np.int16)
"""Flags of every code point, int16: the sum of those above that hold."""
lower = CharacterTable(_one_to_one(str.lower), np.int32)
upper = CharacterTable(_one_to_one(str.upper), np.int32)
