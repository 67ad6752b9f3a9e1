"""Pairs whose sides differ more in length than those of real pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from augmint.text.rules.base import SIDES, Rows, Rule, highest, lowest
from augmint.text.rules.registry import register_rule
from augmint.text.rules.words import sizes

NEVER_ODD = float(np.log(1.5))  # a ratio within this factor of the usual one is never rejected
CHARACTERS, WORDS = 5.0, 2.0  # added to the lengths, so that the ratios of very short texts stay tame
_BUCKET, _BUCKETS = 50, 12  # pairs a bucket at least, buckets at most
_NORMAL = 3.09  # standard deviations that hold 99.8 % of a normal distribution
_MAD = 1.4826  # a normal distribution's standard deviation by its median absolute deviation
_TINY = 0.02


@dataclass(frozen=True)
class Spread:
    """How log ratios of lengths scatter: around `centre`, with the variance `floor + slope / length`, from `low` to `high`
    standard deviations."""

    added: float
    centre: float
    floor: float
    slope: float
    low: float
    high: float

    @classmethod
    def fit(cls, source: np.ndarray, target: np.ndarray, added: float) -> Spread:
        ratio, length = _ratios(source, target, added)
        centre = float(np.median(ratio))
        floor, slope = _variance(np.abs(ratio - centre), length)
        deviation = (ratio - centre) / np.sqrt(floor + slope / length)
        tail = 1 - 0.001  # 0.1 % of the real pairs on either side
        return cls(added, centre, floor, slope, min(lowest(deviation, tail), -_NORMAL), max(highest(deviation, tail), _NORMAL))

    def odd(self, source: np.ndarray, target: np.ndarray) -> np.ndarray:
        """Which lengths do not fit each other, bool (n,)."""
        ratio, length = _ratios(source, target, self.added)
        off = ratio - self.centre
        deviation = off / np.sqrt(self.floor + self.slope / length)
        return ((deviation < self.low) | (deviation > self.high)) & (np.abs(off) > NEVER_ODD)


def _ratios(source: np.ndarray, target: np.ndarray, added: float) -> tuple[np.ndarray, np.ndarray]:
    """Log ratio and mean of the lengths, after `added` is added to each."""
    return np.log((source + added) / (target + added)), (source + target) / 2 + added


def _variance(off: np.ndarray, length: np.ndarray) -> tuple[float, float]:
    """Floor and slope of the variance over 1 / length, a line through what the medians of buckets of like length show."""
    buckets = np.array_split(np.argsort(length, kind="stable"), max(1, min(_BUCKETS, len(off) // _BUCKET)))
    seen = np.array([(_MAD * np.median(off[rows])) ** 2 for rows in buckets])
    inverse = np.array([1 / np.median(length[rows]) for rows in buckets])
    slope, floor = 0.0, float(seen.mean())
    if np.ptp(inverse) > 0:
        slope, floor = (float(value) for value in np.polyfit(inverse, seen, 1))
    if floor < 0 or np.ptp(inverse) == 0:  # all of the variance shrinks as texts grow, as in the paper
        slope, floor = float(seen @ inverse / (inverse @ inverse)), 0.0
    if slope < 0:
        slope, floor = 0.0, float(seen.mean())
    return floor + _TINY**2, slope


@register_rule
class LengthRatio(Rule):
    """Rejects pairs whose ratio of characters, or of words, lies outside what 99.8 % of the real pairs show, and off the usual
    ratio by more than a factor of 1.5. Short pairs vary more, so the tolerance falls as pairs grow. In scripts without spaces a
    character is a word.

    Source: Gale & Church 1993, "A program for aligning sentences in bilingual corpora" (the variance of the lengths' difference
    grows with the length). Here the centre and the variance are medians of the real pairs, and the variance of the log ratio has a
    part that does not shrink with length.
    """

    name = "length_ratio"
    reason = "length ratio"
    tasks: ClassVar[frozenset[str]] = frozenset({"translation"})
    cost = 1.0

    def __init__(self, characters: Spread, words: Spread) -> None:
        self.characters, self.words = characters, words

    @classmethod
    def fit(cls, real: Rows) -> Self:
        (source, source_words), (target, target_words) = (sizes(real[role]) for role in SIDES)
        return cls(Spread.fit(source, target, CHARACTERS), Spread.fit(source_words, target_words, WORDS))

    def rejects(self, rows: Rows) -> np.ndarray:
        (source, source_words), (target, target_words) = (sizes(rows[role]) for role in SIDES)
        return self.characters.odd(source, target) | self.words.odd(source_words, target_words)
