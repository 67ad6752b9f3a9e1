"""How many tokens of output an input can have: what goes on beyond that is degenerate, and is ended early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

_SAMPLE = 10_000  # pairs that are looked at: tokenizing all of a large corpus would take minutes


@dataclass(frozen=True)
class LengthLimit:
    """`slope * tokens + room` tokens are written at most.

    Attributes:
        slope: output tokens a token of input. Languages and tokenizers differ: a byte-level model that reads English and writes
            Tamil needs three and more.
        room: tokens beyond that, for short inputs.
    """

    slope: float = 1.5
    room: int = 10

    @classmethod
    def fitted(cls, read: np.ndarray, written: np.ndarray) -> Self:
        """The limit that suits pairs: that of the defaults where it holds 99.5 % of them with a tenth to spare and a third over the
        usual ratio, else the least steeper one that does.

        Args:
            read, written: tokens of the inputs and outputs, int64 (n,), n >= 1.

        Example:
            >>> LengthLimit.fitted(np.array([10, 20, 40]), np.array([11, 19, 42]))
            LengthLimit(slope=1.5, room=10)
            >>> round(LengthLimit.fitted(np.array([10, 20, 40]), np.array([30, 60, 120])).slope, 2)
            3.99
        """
        ratio = written / np.maximum(read, 1)
        long = 1.1 * float(np.quantile((written - cls.room) / np.maximum(read, 1), 0.995))
        return cls(max(cls.slope, long, 1.33 * float(np.median(ratio))))

    @classmethod
    def of_pairs(cls, model: Any, read: Sequence[str], written: Sequence[str]) -> Self:
        """As `fitted`, by the tokens of a `Seq2SeqModel`; of many pairs evenly spaced ones are looked at."""
        rows = np.unique(np.linspace(0, len(read) - 1, _SAMPLE).astype(np.int64)) if len(read) > _SAMPLE else range(len(read))
        if not len(read):
            return cls()
        inputs, outputs = ([texts[row] for row in rows] for texts in (read, written))
        return cls.fitted(model.token_counts(inputs), (model.encoded_labels(outputs) >= 0).sum(1).numpy())

    def __call__(self, read: np.ndarray, longest: int) -> np.ndarray:
        """Tokens that may be written, int64 (n,), at most `longest`."""
        return np.minimum(longest, (self.slope * read).astype(np.int64) + self.room)
