"""The processes that fine-tunings and evaluations run in: started when first needed, shared by all stages of a run."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any

import torch

from augmint.core.pipeline.workshop import THREADS
from augmint.core.progress import follow
from augmint.core.search import SearchArguments, TrialExecutor, make_executor


class Workers:
    """A run's processes.

    Args:
        arguments: the recipe's `search` section: its executor and its number of workers serve all stages.
    """

    def __init__(self, arguments: SearchArguments) -> None:
        self.arguments = arguments
        self._executor: TrialExecutor | None = None

    @property
    def executor(self) -> Executor:
        """The executor; starting a process costs seconds of imports, so it is made once."""
        if self._executor is None:
            self._executor = make_executor(self.arguments.executor, worker_count(self.arguments), THREADS)
        return self._executor

    def each(self, work: Callable[..., Any], jobs: Sequence[tuple[Any, ...]], what: str) -> None:
        """Call `work(*job)` for every job, with a bar and the time left. Jobs keep their own results."""
        follow(self.executor, [(work, *job) for job in jobs], what)

    def close(self, *, abandon: bool = False) -> None:
        """End the processes; `abandon` gives up calls under way."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.kill() if abandon else executor.shutdown()


def worker_count(arguments: SearchArguments) -> int:
    """`search.workers`, else the cores there are; one where an accelerator is shared by all."""
    if arguments.workers is not None:
        return arguments.workers
    if torch.cuda.is_available() or torch.backends.mps.is_available():
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
