"""How many threads the numeric libraries use: sums come out differently in the last bits with another number."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]


@contextmanager
def limited_threads(threads: int) -> Iterator[None]:
    """Keep torch and BLAS to so many threads, and put back what was."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with threadpool_limits(threads):
            yield
    finally:
        torch.set_num_threads(before)


def limit_threads(threads: int) -> None:
    """Keep torch, BLAS and child processes to so many threads for the rest of this process."""
    os.environ.update({name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")})
    torch.set_num_threads(threads)
    threadpool_limits(threads)
