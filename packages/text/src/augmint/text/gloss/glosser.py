"""Translation word by word, in the order of what is read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np

from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom
from augmint.core.interfaces.ragged import flatten
from augmint.core.interfaces.strings import to_tensors
from augmint.text.characters import SPACELESS, kinds
from augmint.text.gloss.alignment import Translations, word_translations
from augmint.text.tokens import tokenize
from augmint.text.vocabulary import free_words, words_of

INFO = "augmint_gloss.json"
PAIR_WEIGHT = 3.0
"""How often a pair counts beside one of the dictionary: pairs are of the kind that is to be written."""


@dataclass(frozen=True)
class Glosser:
    """Puts a translation in the place of every word; numbers, addresses, placeholders, markup and words without one stay.

    Such a text is no sentence of its language, but its words are right far more often than those of a network that has seen a few
    thousand pairs.

    Attributes:
        translations: lower-case word -> words of the other language with their probabilities, likeliest first.

    Source: Pourdamghani et al. 2019, "Translating translationese: a two-step approach to unsupervised machine translation".

    Example:
        >>> pairs = (["a dog", "a cat", "the dog barks", "the cat"], ["ein Hund", "eine Katze", "der Hund bellt", "die Katze"])
        >>> Glosser.fit(*pairs).gloss(["The cat barks at 7:30."])
        ['Die Katze bellt at 7:30.']
    """

    translations: Translations

    @classmethod
    def fit(cls, read: Sequence[str], written: Sequence[str], dictionary: Sequence[tuple[str, str]] = ()) -> Self:
        """From texts and their translations.

        Args:
            read, written: n texts each.
            dictionary: words or phrases to be read, and what they are written as.
        """
        weights = [PAIR_WEIGHT] * len(read) + [1.0] * len(dictionary)
        lower = [[word.lower() for word in words] for words in words_of([*read, *(one for one, _ in dictionary)])]
        return cls(word_translations(lower, _cased(words_of([*written, *(other for _, other in dictionary)])), weights))

    def gloss(self, texts: Sequence[str], rng: RowRandom | None = None, temperature: float = 0.0) -> list[str]:
        """The texts, word by word.

        Args:
            texts: n texts.
            rng: one stream a text, where translations are drawn.
            temperature: 0 takes the likeliest translation of every word; else they are drawn by their probabilities to the power of
                1 / temperature.

        Raises:
            UserError: translations shall be drawn and there is no `rng`.
        """
        if temperature and rng is None:
            raise UserError("Drawing translations needs an rng.", where="gloss", fix="Give one stream a text.")
        points, lengths = to_tensors(texts)
        flat = flatten(points.numpy(), lengths.numpy())
        found: list[list[tuple[int, int, str]]] = [[] for _ in texts]
        for row, start, stop, word in free_words(tokenize(flat)):
            found[row].append((start - int(flat.offsets[row]), stop - int(flat.offsets[row]), word))
        most = max(map(len, found), default=0)
        drawn = rng.child("gloss").uniform(most).cpu().double().numpy() if rng is not None and temperature and most else None
        return [
            self._text(text, words, temperature, None if drawn is None else drawn[row])
            for row, (text, words) in enumerate(zip(texts, found, strict=True))
        ]

    def _text(self, text: str, words: list[tuple[int, int, str]], temperature: float, drawn: np.ndarray | None) -> str:
        made, end = "", 0
        for number, (start, stop, word) in enumerate(words):
            other = self._word(word, temperature, None if drawn is None else float(drawn[number]))
            if not number and word[:1].isupper():
                other = other[:1].upper() + other[1:]
            made += _joined(made, text[end:start], other) + other
            end = stop
        return made + text[end:]

    def _word(self, word: str, temperature: float, drawn: float | None) -> str:
        known = self.translations.get(word.lower())
        if not known:
            return word
        if drawn is None or len(known) == 1:
            return known[0][0]
        mass = np.cumsum([chance ** (1 / temperature) for _, chance in known])
        return known[min(int(np.searchsorted(mass, drawn * mass[-1], side="right")), len(known) - 1)][0]

    def save_pretrained(self, directory: Path | str) -> None:
        Path(directory).mkdir(parents=True, exist_ok=True)
        (Path(directory) / INFO).write_text(json.dumps(self.translations, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def from_pretrained(cls, directory: Path | str) -> Self:
        """What `save_pretrained` wrote."""
        found = json.loads((Path(directory) / INFO).read_text(encoding="utf-8"))
        return cls({word: tuple((other, chance) for other, chance in known) for word, known in found.items()})

    @classmethod
    def found(cls, directory: Path | str) -> Self | None:
        """The same, or None where none was saved."""
        return cls.from_pretrained(directory) if (Path(directory) / INFO).is_file() else None


def _cased(texts: Sequence[Sequence[str]]) -> list[list[str]]:
    """Texts whose first word is written as that word is within texts, if it is there more often in lower case."""
    within = Counter(word for words in texts for word in words[1:])

    def first(word: str) -> str:
        return word.lower() if within[word.lower()] > within[word] else word

    return [[first(words[0]), *words[1:]] if words else [] for words in texts]


def _joined(before: str, gap: str, word: str) -> str:
    """What stands between two words of the text that is written, given what stood between those that were read: scripts differ in
    whether they put spaces there."""
    if not before or not word or (gap and not gap.isspace()):
        return gap
    if _spaceless(before[-1]) and _spaceless(word[0]):
        return ""
    return gap or ("" if _spaceless(before[-1]) or _spaceless(word[0]) or not before[-1].isalpha() else " ")


@lru_cache(maxsize=4096)
def _spaceless(character: str) -> bool:
    return bool(kinds(np.array([ord(character)], dtype=np.int32))[0] & SPACELESS)
