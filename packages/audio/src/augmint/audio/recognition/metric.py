"""Word error rate by jiwer, and what each row contributes to a score that is no mean of rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from augmint.audio.recognition.texts import normalise
from augmint.core.interfaces import Metric

WER = Metric("wer", greater_is_better=False, unit="%", decimals=2, low=0.0, written="WER", nothing=100.0)
CER = Metric("cer", greater_is_better=False, unit="%", decimals=2, low=0.0, written="CER")


def error_rate(hypotheses: Sequence[str], references: Sequence[str], *, characters: bool = False) -> tuple[float, list[float]]:
    """The corpus error rate in percent, and one number a row whose mean is that rate.

    Both sides are normalised first. Errors of all rows are divided by the words (or characters) of all references, so the rate
    is no mean of rows; each row gets its influence on the rate (the infinitesimal jackknife of a ratio), and over resampled rows
    the rate varies as the mean of these numbers does. Where every reference is empty, each written word counts as one error of one.

    Args:
        hypotheses, references: as many of each, at least one.
        characters: count characters, spaces among them, and not words.

    Source: Efron 1982, "The jackknife, the bootstrap and other resampling plans", chapter 6.

    Example:
        >>> score, rows = error_rate(["a dog barks", "no"], ["A dog barks.", "yes"])
        >>> score, bool(abs(np.mean(rows) - score) < 1e-9), rows[0] < rows[1]
        (25.0, True, True)
    """
    errors, units = edits(hypotheses, references, characters=characters)
    if not units.sum():
        units = np.ones_like(units)
    score = 100 * errors.sum() / units.sum()
    rows = score + (100 * errors - score * units) / units.mean()
    return float(score), rows.tolist()


def edits(hypotheses: Sequence[str], references: Sequence[str], *, characters: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Errors of every row, and words (or characters) of every reference, after normalisation: int64 (n,) each."""
    import jiwer

    measure = jiwer.process_characters if characters else jiwer.process_words
    errors, units = [], []
    for written, reference in zip(map(normalise, hypotheses), map(normalise, references), strict=True):
        if not written or not reference:  # all of the other side is missing or too much
            errors.append(len(written + reference) if characters else len((written + reference).split()))
            units.append(len(reference) if characters else len(reference.split()))
            continue
        found = measure(reference, written)
        errors.append(found.substitutions + found.deletions + found.insertions)
        units.append(found.substitutions + found.deletions + found.hits)
    return np.array(errors, dtype=np.int64), np.array(units, dtype=np.int64)


def agreement(hypotheses: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """How far a recogniser heard what it should have: 1 - CER of every row, float64 (n,) in [0, 1]. Two empty texts agree.

    Example:
        >>> agreement(["hello", "", "cat"], ["Hello!", "", "dog"]).tolist()
        [1.0, 1.0, 0.0]
    """
    errors, units = edits(hypotheses, references, characters=True)
    return np.clip(1 - errors / np.maximum(units, 1), 0.0, 1.0)
