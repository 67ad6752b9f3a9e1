"""Random numbers that depend on what they are for, never on when or where they are drawn.

Every draw is keyed by (seed, purpose, row id), so a row gets the same numbers whatever the batch it is in, the worker that
handles it or the point a run was resumed at. No global generator is read or written.

Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3" (counter-based generators);
Steele et al. 2014, "Fast splittable pseudorandom number generators" (the SplitMix64 finaliser used here).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def keyed_seed(seed: int, *key: str | int) -> int:
    """A 63-bit seed for one purpose, the same on every machine.

    Example:
        >>> keyed_seed(0, "search", 3) == keyed_seed(0, "search", 3)
        True
        >>> keyed_seed(0, "search", 3) == keyed_seed(0, "search", 4)
        False
    """
    text = "\x1f".join([str(int(seed)), *(f"{type(part).__name__}:{part}" for part in key)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def keyed_generator(seed: int, *key: str | int) -> np.random.Generator:
    """A numpy generator for one purpose, for draws that are not per row (shuffles, bootstraps)."""
    return np.random.default_rng(keyed_seed(seed, *key))


def _mix(x: np.ndarray) -> np.ndarray:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


class RowRandom:
    """Independent random streams, one a row.

    Args:
        seed: the run's seed.
        key: the purpose, such as `("policy", epoch)`.
        rows: integer row ids, shape (n,). The stream of a row depends on (seed, key, row id) alone.
        device: where drawn tensors are put. The numbers are the same on every device.

    Example:
        >>> whole = RowRandom(0, "doc", rows=[0, 1, 2]).uniform(2)
        >>> part = RowRandom(0, "doc", rows=[2]).uniform(2)
        >>> bool((whole[2] == part[0]).all())
        True
    """

    def __init__(self, seed: int, *key: str | int, rows: Sequence[int] | np.ndarray | Tensor, device: torch.device | str = "cpu"):
        self.rows = np.asarray(rows, dtype=np.int64)
        self.device = torch.device(device)
        self._base = np.uint64(keyed_seed(seed, *key))
        with np.errstate(over="ignore"):
            self._streams = _mix(self._base ^ _mix(self.rows.astype(np.uint64) * _GOLDEN + np.uint64(1)))
        self._drawn = 0

    def __len__(self) -> int:
        return len(self.rows)

    def child(self, *key: str | int) -> RowRandom:
        """Streams for a sub-purpose of the same rows; independent of how much was drawn here."""
        return RowRandom(int(self._base), *key, rows=self.rows, device=self.device)

    def take(self, index: Sequence[int] | np.ndarray | Tensor) -> RowRandom:
        """The streams of some of the rows, at the position they stand at."""
        part = object.__new__(RowRandom)
        part.rows, part.device = self.rows[np.asarray(index)], self.device
        part._base, part._streams, part._drawn = self._base, self._streams[np.asarray(index)], self._drawn
        return part

    def _unit(self, count: int) -> np.ndarray:
        """Doubles in (0, 1), shape (n, count)."""
        steps = np.arange(self._drawn + 1, self._drawn + 1 + count, dtype=np.uint64)
        self._drawn += count
        with np.errstate(over="ignore"):
            bits = _mix(self._streams[:, None] + steps[None, :] * _GOLDEN)
        return ((bits >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53

    def uniform(self, *shape: int, low: float = 0.0, high: float = 1.0) -> Tensor:
        """float32 in [low, high), shape (n, *shape)."""
        unit = self._unit(math.prod(shape)).astype(np.float32)
        unit = np.minimum(unit, np.float32(1 - 2**-24))
        return torch.from_numpy(low + (high - low) * unit).reshape(len(self), *shape).float().to(self.device)

    def normal(self, *shape: int) -> Tensor:
        """float32 from N(0, 1), shape (n, *shape), by the Box-Muller transform."""
        count = math.prod(shape)
        unit = self._unit(2 * count)
        radius, angle = np.sqrt(-2 * np.log(unit[:, :count])), 2 * np.pi * unit[:, count:]
        return torch.from_numpy((radius * np.cos(angle)).astype(np.float32)).reshape(len(self), *shape).to(self.device)

    def integers(self, high: int, *shape: int) -> Tensor:
        """int64 in [0, high), shape (n, *shape)."""
        unit = self._unit(math.prod(shape))
        return torch.from_numpy((unit * high).astype(np.int64)).reshape(len(self), *shape).to(self.device)

    def bernoulli(self, probability: float | Tensor, *shape: int) -> Tensor:
        """bool, shape (n, *shape): True with `probability` (a number, or a tensor that broadcasts)."""
        return self.uniform(*shape) < probability
