"""Several processes started by torchrun: the first does the run, the others come to its training alone."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch.distributed
from accelerate.state import AcceleratorState

VARIABLES = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "GROUP_RANK", "GROUP_WORLD_SIZE", "ROLE_RANK", "ROLE_NAME",
             "ROLE_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "TORCHELASTIC_USE_AGENT_STORE", "TORCHELASTIC_RESTART_COUNT",
             "TORCHELASTIC_MAX_RESTARTS", "TORCHELASTIC_RUN_ID")
"""What torchrun tells a process of its place."""
TRAINING, END = "training", "end"
EVERY = 0.2
"""Seconds between two looks for a message."""

_told: dict[str, str] = {}
_runs = itertools.count()


class Ranks:
    """This process among those that torchrun started. A process started otherwise is alone, and nothing here concerns it.

    Fine-tunings, and the worker processes that inherit the environment, would take a launcher's variables for an order to train
    together, so they are there inside `together` alone. Every process must open the same runs in the same order.

    Attributes:
        rank: 0 for the process that does the run.
        world: number of processes.
    """

    def __init__(self) -> None:
        _told.update({name: os.environ[name] for name in VARIABLES if name in os.environ})
        self.rank, self.world = 0, 1
        if int(_told.get("WORLD_SIZE", "1")) < 2 or "RANK" not in _told or not torch.distributed.is_available():
            return
        from torch.distributed.distributed_c10d import PrefixStore
        from torch.distributed.rendezvous import rendezvous

        self.rank, self.world = int(_told["RANK"]), int(_told["WORLD_SIZE"])
        os.environ.update(_told)
        self._store = PrefixStore(f"augmint/{next(_runs)}", next(iter(rendezvous("env://")))[0])
        _hide()

    @property
    def is_main(self) -> bool:
        """Whether this process does the run."""
        return self.rank == 0

    @contextmanager
    def together(self) -> Iterator[None]:
        """Inside, the processes form a group. The first calls the others by coming here."""
        if self.world > 1:
            os.environ.update(_told)
            if self.is_main:
                self._store.set(TRAINING, "1")
        yield
        if self.world > 1:
            if torch.distributed.is_initialized():
                torch.distributed.destroy_process_group()
            AcceleratorState._reset_state(reset_partial_state=True)
            _hide()

    def called(self) -> bool:
        """For the others: wait until the first trains (True), or has no training for them (False)."""
        while not self._store.check([TRAINING]):
            if self._store.check([END]):
                return False
            time.sleep(EVERY)
        return True

    def dismiss(self) -> None:
        """The others need wait no longer: there will be no training."""
        if self.world > 1 and self.is_main:
            self._store.set(END, "1")


def _hide() -> None:
    for name in _told:
        os.environ.pop(name, None)
