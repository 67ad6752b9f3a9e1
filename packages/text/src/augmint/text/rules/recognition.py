"""How a side's language is recognised, and from what length on it can be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from augmint.text.rules.base import highest, lowest

RECOGNISED = 0.95  # of the real texts of a length must be recognised for texts of that length to be judged
BUCKET = 25  # real texts that show whether a length is recognised
_BUCKETS = 20
_SAMPLE = 5000  # about as many real texts, evenly spaced, are enough to calibrate with
SECOND = 0.05  # of a side's real texts given to another language: the identifier mixes it up with the side's main one
REJECTED = 0.0025  # of the real texts of a side that each of the two tests may reject at most
MARGIN = 2.0  # how much more probable, as a log ratio, the other side's language must be at least
SMALL = 0.01  # a probability of the side's own language that is low in any data
_READ = 2000  # characters of a text that are looked at: more do not change the verdict
_LEAST = 1e-12


@cache
def _identifier() -> Any:
    """The identifier with its model, once a process. An object of our own: the module's functions share one, with its settings."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text[:_READ]))


def _probabilities(text: str) -> dict[str, float]:
    return dict(_identifier().rank(text[:_READ]))


@dataclass(frozen=True)
class Side:
    """What is known of a side.

    Attributes:
        own: its main language and those that it is mixed up with, as ISO 639-1 codes in alphabetical order.
        other: those of the other side.
        length: letters from which on a text is judged.
        margin: the log ratio of both sides' probabilities above which the other side's language is clearly more probable.
        small: the probability of its own languages below which it is rejected.
    """

    own: tuple[str, ...]
    other: tuple[str, ...]
    length: int
    margin: float
    small: float

    def foreign(self, texts: Sequence[str]) -> np.ndarray:
        """Which texts are not in the side's language, bool (n,)."""
        out = np.zeros(len(texts), dtype=bool)
        for row, text in enumerate(texts):
            if _letters(text) < self.length:
                continue
            language, probability = _identifier().classify(text[:_READ])
            if language not in self.own or probability < self.small:  # else the verdict is clear without the others
                ratio, own = _scores(_probabilities(text), self.own, self.other)
                out[row] = ratio > self.margin or own < self.small
        return out


def _scores(found: Mapping[str, float], own: Iterable[str], other: Iterable[str]) -> tuple[float, float]:
    """Log ratio of the other side's to the own probability, and the own one."""
    mine, theirs = (sum(found.get(language, 0.0) for language in languages) for languages in (own, other))
    return float(np.log(max(theirs, _LEAST) / max(mine, _LEAST))), mine


@dataclass(frozen=True)
class RealSide:
    """What the identifier says of a side's real texts, from the shortest to the longest."""

    letters: np.ndarray
    probabilities: list[dict[str, float]]

    @classmethod
    def of(cls, texts: Sequence[str]) -> RealSide:
        texts = texts[::-(-len(texts) // _SAMPLE)]
        letters = np.array([_letters(text) for text in texts])
        order = np.argsort(letters, kind="stable")
        return cls(letters[order], [_probabilities(texts[place]) for place in order.tolist()])

    def best(self) -> list[str]:
        return [next(iter(some)) for some in self.probabilities]

    def languages(self) -> list[str]:
        """The languages of the longest quarter, the main one first, then those that are given to no few texts as well."""
        longer = self.best()[len(self.letters) * 3 // 4:]
        return [name for at, (name, count) in enumerate(Counter(longer).most_common()) if not at or count >= SECOND * len(longer)]

    def length(self, own: tuple[str, ...]) -> int | None:
        """The least number of letters from which on all lengths are recognised; None where even the longest texts are not."""
        right = np.array([name in own for name in self.best()])
        edges = np.linspace(0, len(right), min(_BUCKETS, len(right) // BUCKET) + 1).astype(int).tolist()
        least = None
        for start, stop in reversed(list(pairwise(edges))):
            if right[start:stop].mean() < RECOGNISED:
                break
            least = int(self.letters[start])
        return None if least is None else max(1, least)

    def side(self, own: tuple[str, ...], other: tuple[str, ...]) -> Side | None:
        """The side, with limits that its real texts keep; None where they are not recognisable."""
        length = self.length(own)
        if length is None:
            return None
        judged = [_scores(some, own, other) for some, size in zip(self.probabilities, self.letters) if size >= length]
        ratio, mine = np.array(judged).T
        return Side(own, other, length, max(MARGIN, highest(ratio, 1 - REJECTED)), min(SMALL, lowest(mine, 1 - REJECTED)))
