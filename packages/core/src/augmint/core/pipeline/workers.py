"""The processes that fine-tunings and evaluations run in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from augmint.core.pipeline.workshop import THREADS
from augmint.core.search import SearchArguments, TrialExecutor, make_executor


@contextmanager
def workers(arguments: SearchArguments, jobs: int) -> Iterator[TrialExecutor]:
    """An executor as the recipe's `search` section says; calls under way are given up when the block is left by an error."""
    pool = make_executor(arguments.executor, min(worker_count(arguments), max(1, jobs)), THREADS)
    try:
        yield pool
    except BaseException:
        pool.kill()
        raise
    pool.shutdown()


def worker_count(arguments: SearchArguments) -> int:
    """`search.workers`, else the cores there are; one where an accelerator is shared by all."""
    if arguments.workers is not None:
        return arguments.workers
    if torch.cuda.is_available() or torch.backends.mps.is_available():
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
