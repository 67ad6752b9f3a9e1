"""Which real rows a row resembles: MinHash signatures of character 4-grams, and an index over them.

Source: Broder 1997, "On the resemblance and containment of documents".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from datasketch import MinHash, MinHashLSH

from augmint.text.rules.base import Rows

NEAR = 0.9  # estimated Jaccard similarity from which on a side is a near copy
GRAM = 4  # characters
PERMUTATIONS = 120
BANDS, BAND = 12, 8  # bands, and values a band; a pair's bands hold 4 values of either side, so that both must match
_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], dtype=np.uint64)
_CHUNK = 1024  # texts at a time, so that the code points of all real texts need not fit into memory
_LONG = 1000  # 4-grams of a text whose repetitions are dropped, to save memory


def _grams(texts: Sequence[str]) -> Iterator[list[int]]:
    """For each text 32-bit hashes of its character 4-grams; shorter texts are filled up with U+0000. Python's own hash of strings
    differs between processes, and a cryptographic one for every 4-gram takes most of the time."""
    filled = [text.ljust(GRAM, "\0") for text in texts]
    points = np.frombuffer("".join(filled).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    last = len(points) - GRAM + 1
    mixed = np.zeros(max(0, last), dtype=np.uint64)
    for place in range(GRAM):
        mixed += points[place:last + place] * _MIX[place]
    hashes, start = (mixed >> np.uint64(32)).astype(np.uint32), 0
    for text in filled:
        own = hashes[start:start + len(text) - GRAM + 1]  # a window that reaches into the next text is nobody's
        start += len(text)
        yield (np.unique(own) if len(own) > _LONG else own).tolist()


def _same(value: int) -> int:
    return value


def _signatures(texts: Sequence[str]) -> np.ndarray:
    """MinHash signatures, uint32 (n, 120)."""
    sketch, out = MinHash(num_perm=PERMUTATIONS, seed=1, hashfunc=_same), np.zeros((len(texts), PERMUTATIONS), dtype=np.uint32)
    parts = (texts[start:start + _CHUNK] for start in range(0, len(texts), _CHUNK))
    for row, grams in enumerate(chain.from_iterable(map(_grams, parts))):
        sketch.clear()  # one sketch for all: MinHash.bulk makes one for each text, which takes as long as the hashing
        sketch.update_batch(grams)
        out[row] = sketch.hashvalues
    return out


def _banded(signatures: np.ndarray) -> Iterator[MinHash]:
    """For signatures (n, sides, 120) one sketch after another whose bands of 8 values hold as many values of every side. It is the
    same object every time."""
    n, sides, _ = signatures.shape
    share = BAND // sides
    values = signatures[:, :, :BANDS * share].reshape(n, sides, BANDS, share).transpose(0, 2, 1, 3).reshape(n, -1)
    sketch = MinHash(num_perm=values.shape[1], seed=1)
    for row in values:
        sketch.hashvalues = row
        yield sketch


class Resemblance:
    """Signatures of rows, and where to find those that are like another."""

    def __init__(self, real: Rows) -> None:
        self.roles = tuple(real)
        self.signatures = self.sign(real)
        self.lsh = MinHashLSH(num_perm=BANDS * (BAND // len(self.roles)) * len(self.roles), params=(BANDS, BAND))
        for row, sketch in enumerate(_banded(self.signatures)):
            self.lsh.insert(row, sketch, check_duplication=False)

    def sign(self, rows: Rows) -> np.ndarray:
        return np.stack([_signatures(rows[role]) for role in self.roles], axis=1)

    def near(self, rows: Rows) -> np.ndarray:
        """Which rows have a real row that is near on every side, bool (n,)."""
        signatures = self.sign(rows)
        out = np.zeros(len(signatures), dtype=bool)
        for row, sketch in enumerate(_banded(signatures)):
            candidates = self.lsh.query(sketch)
            if candidates:
                alike = (self.signatures[candidates] == signatures[row]).mean(axis=2)
                out[row] = (alike >= NEAR).all(axis=1).any()
        return out
