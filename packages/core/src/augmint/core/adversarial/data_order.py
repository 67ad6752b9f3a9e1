"""Which rows a step trains on: a pure function of (seed, step), so resuming needs no position inside an epoch.

The rows of a step are `rows_per_step` consecutive positions of an endless stream of epochs, each a fresh permutation. A process
takes a contiguous slice of them and cuts it into micro-batches, so the rows of a step don't depend on how they are divided.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from augmint.core.interfaces import Batch, concatenate, keyed_generator


@dataclass(frozen=True)
class Layout:
    """How the rows of one update are divided.

    Attributes:
        micro: rows of a micro-batch.
        accumulation: micro-batches of an update on one process.
        processes: how many processes.
        rank: which of them this is.
    """

    micro: int
    accumulation: int = 1
    processes: int = 1
    rank: int = 0

    @property
    def rows(self) -> int:
        """Rows of an update over all processes."""
        return self.micro * self.accumulation * self.processes

    def positions(self, part: int) -> np.ndarray:
        """Where the rows of this process's micro-batch `part` stand in the whole batch: they key its noise.

        Example:
            >>> Layout(micro=2, accumulation=2, processes=2, rank=1).positions(0).tolist()
            [4, 5]
        """
        start = (self.rank * self.accumulation + part) * self.micro
        return np.arange(start, start + self.micro)


class DataOrder:
    """Endless shuffled stream of row numbers.

    Args:
        length: rows of the data set.
        seed: the run's seed.
        attempt: how often the run was rolled back; a new attempt sees a new order.
    """

    def __init__(self, length: int, seed: int, attempt: int = 0) -> None:
        self.length, self.seed, self.attempt = length, seed, attempt
        self._epochs: dict[int, np.ndarray] = {}

    def _epoch(self, epoch: int) -> np.ndarray:
        if epoch not in self._epochs:
            for old in [known for known in self._epochs if known < epoch - 1]:
                del self._epochs[old]
            self._epochs[epoch] = keyed_generator(self.seed, "adversarial", "order", self.attempt, epoch).permutation(self.length)
        return self._epochs[epoch]

    def rows(self, positions: np.ndarray) -> list[int]:
        """Row numbers at positions of the stream."""
        return [int(self._epoch(int(p) // self.length)[int(p) % self.length]) for p in positions]


class MicroBatches(Sampler[list[int]]):
    """Row numbers of every micro-batch of this process, from update `first` on, without end."""

    def __init__(self, order: DataOrder, layout: Layout, first: int) -> None:
        self.order, self.layout, self.first = order, layout, first

    def __iter__(self) -> Iterator[list[int]]:
        update = self.first
        while True:
            for part in range(self.layout.accumulation):
                yield self.order.rows(update * self.layout.rows + self.layout.positions(part))
            update += 1


def collate(rows: Any) -> Batch:
    """A whole batch as the data set's `__getitems__` gave it, or single rows stacked."""
    if isinstance(rows, dict):
        return rows
    return concatenate({name: torch.as_tensor(value)[None] for name, value in row.items()} for row in rows)


def loader(dataset: Dataset[Any], order: DataOrder, layout: Layout, first: int, workers: int, pin: bool) -> Iterator[Batch]:
    """This process's micro-batches from update `first` on, without end, `layout.accumulation` for every update."""
    data: DataLoader[Any] = DataLoader(
        dataset, batch_sampler=MicroBatches(order, layout, first), collate_fn=collate, num_workers=workers, pin_memory=pin,
        generator=torch.Generator().manual_seed(0),  # else the loader draws its base seed from the global generator
    )
    return iter(data)
