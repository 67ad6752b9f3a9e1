"""Which random numbers an augmentation draws when rows are augmented as they are read.

A row's draws are keyed by the seed, the epoch, the row's content and how often that content was seen in the epoch. So the
place of a row in a batch, the batch size and the number of loader workers do not matter. What stands for the epoch:

- after `set_epoch(e)`: e, in this process and in all workers, those already running included (it lies in shared memory). This
  makes an interrupted training resume with the same augmentations.
- otherwise, in a loader's worker: the seed that the loader gives its workers, new for every pass over the loader. Workers start
  as copies of this process, so a counter kept here would stand at the same value in each of them and at every epoch; this seed
  does not. It comes from the loader's `generator` (or torch's), so seeding that, as every Trainer does, repeats a run. Where
  workers persist over epochs and so does their seed, their counts of visits tell epochs apart.
- otherwise: nothing; every time a row is seen its count of visits rises, and with it the draws change.
"""

from __future__ import annotations

import hashlib

import numpy as np
import torch
from torch.utils.data import get_worker_info

from augmint.core.interfaces import RowRandom

UNSET = -1


class VisitKeys:
    """Streams for rows as they come by.

    Args:
        seed: the user's seed.

    Example:
        >>> keys = VisitKeys(0)
        >>> first, again = keys.streams([b"row"]).uniform(), keys.streams([b"row"]).uniform()
        >>> bool(first == again)
        False
        >>> bool(VisitKeys(0).streams([b"row"]).uniform() == first)
        True
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._epoch = torch.full((1,), UNSET, dtype=torch.int64).share_memory_()
        self._key: tuple[str, int] = ("visits", 0)
        self._visits: dict[bytes, int] = {}

    def set_epoch(self, epoch: int) -> None:
        """Draw as in this epoch from now on, in every process that shares this object."""
        self._epoch.fill_(epoch)

    def streams(self, digests: list[bytes]) -> RowRandom:
        """One stream for every row, given the digests of the rows' contents; counts a visit of each."""
        key = self._current()
        if key != self._key:
            self._key, self._visits = key, {}
        ids = []
        for digest in digests:
            visit = self._visits.get(digest, 0)
            self._visits[digest] = visit + 1
            name = hashlib.blake2b(digest + visit.to_bytes(8, "big"), digest_size=8).digest()
            ids.append(int.from_bytes(name, "big") >> 1)
        return RowRandom(self.seed, "on the fly", *key, rows=np.array(ids, dtype=np.int64))

    def _current(self) -> tuple[str, int]:
        epoch, worker = int(self._epoch), get_worker_info()
        if epoch != UNSET:
            return "epoch", epoch
        if worker is not None:
            return "loader", worker.seed - worker.id
        return "visits", 0
