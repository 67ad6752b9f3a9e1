"""Edits of many texts at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from augmint.core.interfaces.ragged import Texts


def spans_of(begin: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Positions begin[k], begin[k] + 1, ... (length[k] of them) for every k, one span after the other, int64."""
    ends = np.cumsum(length)
    return np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(begin - (ends - length), length)


@dataclass(frozen=True)
class Edits:
    """Replacements, in order of place and free of overlaps: int64 (k,) each.

    Attributes:
        row: the text.
        start, stop: what is replaced, positions in `Texts.points`; nothing (an insertion) where they are equal.
        begin, length: what comes there, positions in `Texts.points`, or, counted on from their end, in the `extra` of `edit`.
    """

    row: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    begin: np.ndarray
    length: np.ndarray

    @classmethod
    def together(cls, *edits: Edits) -> Edits:
        """All first edits, all second ones, ... : edit j of every argument in turn. Each argument has as many."""
        columns = ("row", "start", "stop", "begin", "length")
        return cls(*(np.stack([getattr(edit, name) for edit in edits], axis=1).ravel() for name in columns))

    @classmethod
    def deleting(cls, row: np.ndarray, start: np.ndarray, stop: np.ndarray) -> Edits:
        return cls(row, start, stop, start, np.zeros_like(start))


def edit(texts: Texts, edits: Edits, extra: np.ndarray | None = None) -> Texts:
    """The texts with all edits made."""
    if not len(edits.row):
        return texts
    pool = texts.points if extra is None else np.concatenate([texts.points, extra.astype(np.int32, copy=False)])
    kept = np.concatenate([np.zeros(1, np.int64), edits.stop])  # what lies between the edits stays
    until = np.append(edits.start, len(texts.points))
    begin, length = np.empty(2 * len(kept) - 1, np.int64), np.empty(2 * len(kept) - 1, np.int64)
    begin[::2], length[::2] = kept, until - kept
    begin[1::2], length[1::2] = edits.begin, edits.length
    grown = np.bincount(edits.row, weights=edits.length - (edits.stop - edits.start), minlength=len(texts.offsets) - 1)
    return Texts.of(pool[spans_of(begin, length)], texts.lengths + grown.astype(np.int64))
