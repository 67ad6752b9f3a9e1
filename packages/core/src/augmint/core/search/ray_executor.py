"""Trials on a Ray cluster, through the `concurrent.futures` interface."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from augmint.core.errors import MissingExtraError
from augmint.core.search.executors import TrialExecutor


class RayExecutor(TrialExecutor):
    """Each call is a Ray task with `threads` CPUs. Connects to the cluster of `RAY_ADDRESS`, or starts one on this machine.

    Raises:
        MissingExtraError: Ray is not installed.
    """

    remote = True
    capacity = 1_000_000  # the cluster queues

    def __init__(self, threads: int = 1) -> None:
        try:
            import ray
        except ImportError:
            raise MissingExtraError('Executor "ray" needs Ray.', "ray") from None
        from ray.exceptions import RayActorError, RaySystemError, WorkerCrashedError

        deaths: list[type[BaseException]] = [WorkerCrashedError, RayActorError, RaySystemError]
        deaths += [kind for name in ("OutOfMemoryError", "NodeDiedError", "LocalRayletDiedError")
                   if (kind := getattr(ray.exceptions, name, None)) is not None]
        self.deaths = tuple(deaths)
        self._ray, self._threads = ray, threads
        self._mine = not ray.is_initialized()
        self._running: set[Any] = set()
        if self._mine:
            ray.init(ignore_reinit_error=True, log_to_driver=False, logging_level="error")
        self._call = ray.remote(num_cpus=threads, max_retries=0)(_call)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        reference = self._call.remote(self._threads, fn, args, kwargs)
        self._running.add(reference)
        future: Future[Any] = reference.future()
        future.add_done_callback(lambda _: self._running.discard(reference))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if cancel_futures:
            for reference in list(self._running):
                self._ray.cancel(reference, force=True)
        elif wait and self._running:
            self._ray.wait(list(self._running), num_returns=len(self._running))
        if self._mine:
            self._ray.shutdown()


def _call(threads: int, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    from augmint.core.search.threads import limit_threads

    limit_threads(threads)
    return fn(*args, **kwargs)
