"""Where trials run: this process, threads, processes of this machine, or a Ray cluster."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import torch

from augmint.core.errors import UserError, nearest
from augmint.core.search.arguments import EXECUTORS
from augmint.core.search.threads import limit_threads, limited_threads

QUIET = {"TRANSFORMERS_VERBOSITY": "error", "DATASETS_VERBOSITY": "error", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
         "HF_HUB_DISABLE_PROGRESS_BARS": "1", "TQDM_DISABLE": "1", "TOKENIZERS_PARALLELISM": "false"}


class TrialExecutor(Executor):
    """An executor that can be abandoned.

    Attributes:
        deaths: exceptions of a future whose worker died, as against a call that raised.
        remote: whether calls are pickled to another process.
        shared_fate: whether a worker's death ends the executor.
        capacity: how many calls it is worth submitting at the same time.
    """

    deaths: tuple[type[BaseException], ...] = ()
    remote = False
    shared_fate = False
    capacity = 1

    def kill(self) -> None:
        """Give up at once, without waiting for calls under way. Nothing may be submitted afterwards."""
        self.shutdown(wait=False, cancel_futures=True)


def make_executor(name: str, workers: int, threads: int = 1) -> TrialExecutor:
    """The executor of that name.

    Args:
        name: "serial", "threads", "processes" or "ray".
        workers: calls at the same time ("serial" has one; "ray" leaves it to the cluster, with `threads` CPUs a call).
        threads: torch and BLAS threads of a call.

    Raises:
        UserError: there is no such executor.
        MissingExtraError: "ray" without Ray.
    """
    if name == "serial":
        return SerialExecutor(threads)
    if name == "threads":
        return ThreadExecutor(workers, threads)
    if name == "processes":
        return ProcessExecutor(workers, threads)
    if name == "ray":
        from augmint.core.search.ray_executor import RayExecutor

        return RayExecutor(threads)
    raise UserError(f"There is no executor {name!r}.", where="search.executor", fix=nearest(name, EXECUTORS))


class SerialExecutor(TrialExecutor):
    """Runs each call in `submit`, in this process."""

    def __init__(self, threads: int = 1) -> None:
        self.threads = threads

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            with limited_threads(self.threads):
                future.set_result(fn(*args, **kwargs))
        except Exception as error:  # an interrupt goes through
            future.set_exception(error)
        return future


class ThreadExecutor(TrialExecutor):
    """Threads of this process: for objectives that wait (on a device, a service), since Python code does not run side by side."""

    def __init__(self, workers: int, threads: int = 1) -> None:
        self.capacity, self._before = workers, torch.get_num_threads()
        self._pool = ThreadPoolExecutor(workers, "augmint-trial", initializer=torch.set_num_threads, initargs=(threads,))

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)
        torch.set_num_threads(self._before)


class ProcessExecutor(TrialExecutor):
    """Processes of this machine, started by `spawn`: `fork` breaks torch's thread pools and CUDA.

    A worker ends when this process ends, however it ends: it holds the reading end of a pipe whose only writing end is here.
    """

    deaths = (BrokenProcessPool,)
    remote = True
    shared_fate = True

    def __init__(self, workers: int, threads: int = 1) -> None:
        self.capacity = workers
        context = get_context("spawn")
        reader, self._writer = context.Pipe(duplex=False)
        self._reader = reader
        self._pool = ProcessPoolExecutor(workers, context, initializer=_start_worker, initargs=(reader, os.getpid(), threads))

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)
        if wait:
            self._writer.close()
            self._reader.close()

    def kill(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._writer.close()
        self._pool.shutdown(wait=True)
        self._reader.close()


def _start_worker(alive: Connection, parent: int, threads: int) -> None:
    """Make this process end with its parent, keep quiet and keep to its threads."""
    threading.Thread(target=_end_with_parent, args=(alive,), daemon=True, name="augmint-parent-watch").start()
    _ask_kernel_to_end_with_parent(parent)
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))  # Ctrl-C: the parent speaks for all
    limit_threads(threads)
    os.environ.update(QUIET)
    warnings.simplefilter("ignore")


def _end_with_parent(alive: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        alive.recv_bytes()  # nothing is ever sent: ends by EOFError once the writing end is closed
    os._exit(1)


def _ask_kernel_to_end_with_parent(parent: int) -> None:
    """PR_SET_PDEATHSIG: covers a worker stuck in code that never lets the watching thread run."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    try:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        os._exit(1)
