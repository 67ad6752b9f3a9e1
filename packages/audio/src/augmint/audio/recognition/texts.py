"""What counts as the same transcript: words without case, punctuation or spacing."""

from __future__ import annotations

import unicodedata

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "＇": "'", "`": "'", "´": "'"})
# The two invisible characters that change how a word is spelt (Persian, Indic scripts).
_JOINERS = {"\u200c", "\u200d"}


def normalise(text: str) -> str:
    """A transcript as it is scored: NFKC, lower case, marks of punctuation and symbols read as spaces, but for apostrophes inside a
    word; spaces squeezed.

    Letters, digits, vowel signs and other combining marks of every script stay; signs that only set the direction of writing go.

    Example:
        >>> normalise("  “Don’t -- stop!”\tHe said, 'NO'. ")
        "don't stop he said no"
        >>> normalise("שָׁלוֹם, עוֹלָם!") == "שָׁלוֹם עוֹלָם"
        True
    """
    # Accents that stand alone become a space and a mark under NFKC, so typed apostrophes are mended first.
    text = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).lower()
    text = unicodedata.normalize("NFKC", text)  # lower case may part what was composed
    kept = "".join(_shown(character) for character in text)
    words = (word.strip("'") for word in kept.split())
    return " ".join(word for word in words if word)


def _shown(character: str) -> str:
    kind = unicodedata.category(character)
    if character == "'" or character in _JOINERS or kind[0] in "LMN":
        return character
    return "" if kind == "Cf" else " "
