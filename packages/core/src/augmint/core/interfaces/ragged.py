"""Texts of different lengths one after the other in one array."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from augmint.core.errors import UserError

_MAX_POINT = 0x10FFFF


@dataclass(frozen=True)
class Texts:
    """Texts without padding.

    Attributes:
        points: int32 (total,), the code points of all texts, one text after the other.
        offsets: int64 (n + 1,), text i is `points[offsets[i]:offsets[i + 1]]`.
    """

    points: np.ndarray
    offsets: np.ndarray

    @classmethod
    def of(cls, points: np.ndarray, lengths: np.ndarray) -> Texts:
        return cls(points, np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)]))

    @property
    def lengths(self) -> np.ndarray:
        return np.diff(self.offsets)

    @cached_property
    def firsts(self) -> np.ndarray:
        """Whether a character begins a text, bool (total,)."""
        first = np.zeros(len(self.points) + 1, dtype=bool)  # empty texts at the end begin where the array ends
        first[self.offsets[:-1]] = True
        return first[:-1]

    def rows(self, positions: np.ndarray) -> np.ndarray:
        """Which text each position in `points` belongs to."""
        return np.searchsorted(self.offsets, positions, side="right") - 1


def flatten(points: np.ndarray, lengths: np.ndarray) -> Texts:
    """Padded code points (n, L) and lengths (n,) without the padding.

    Raises:
        UserError: shapes do not fit, a length lies outside [0, L], or a number is no code point; names the row.
    """
    if points.ndim != 2 or points.dtype.kind not in "iu" or lengths.shape != points.shape[:1]:
        raise UserError(f"Code points have shape {points.shape} and type {points.dtype}, lengths have shape {lengths.shape}.",
                        where="text batch", fix="Give int32 (n, L) and int64 (n,), as to_tensors does.")
    wrong = np.flatnonzero((lengths < 0) | (lengths > points.shape[1]))
    if len(wrong):
        raise UserError(f"The length is {int(lengths[wrong[0]])}, with room for {points.shape[1]}.", where=f"row {int(wrong[0])}",
                        fix="Give lengths in [0, L], as to_tensors does.")
    flat = points[np.arange(points.shape[1]) < lengths[:, None]]
    texts = Texts.of(flat.astype(np.int32, copy=False), lengths)
    if len(flat) and not 0 <= int(flat.min()) <= int(flat.max()) <= _MAX_POINT:
        at = int(np.flatnonzero((flat < 0) | (flat > _MAX_POINT))[0])
        raise UserError(f"{int(flat[at])} is no Unicode character.", where=f"row {int(texts.rows(np.array([at]))[0])}",
                        fix="Give code points, as to_tensors does.")
    return texts


def padded(texts: Texts, width: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Code points int32 (n, L), padded with 0, and lengths int64 (n,); L is the longest length, at least `width`."""
    lengths = texts.lengths
    points = np.zeros((len(lengths), max(width, int(lengths.max(initial=0)))), dtype=np.int32)
    points[np.arange(points.shape[1]) < lengths[:, None]] = texts.points
    return points, lengths
