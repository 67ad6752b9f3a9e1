"""Runs trials on an executor and survives what they do."""

from __future__ import annotations

import hashlib
import pickle
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Any

from augmint.core.errors import UserError
from augmint.core.progress.noted import Noted, look_seconds
from augmint.core.search.executors import TrialExecutor, make_executor
from augmint.core.search.trial import TrialObjective, TrialRequest, TrialScores


@dataclass(frozen=True)
class Job:
    """One call of the objective; `final` is the final round's seed index, None during the search."""

    request: TrialRequest
    final: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What a call gave: scores, or an error in one line with its traceback."""

    scores: TrialScores | None
    seconds: float
    error: str | None = None
    traceback: str | None = None


Watch = Callable[[Sequence[tuple[Job, float]]], None]


class Runner:
    """Runs jobs, each followed by the job that `follow` returns for it.

    A call that raises gives an Outcome with the error. When a worker process dies, all calls under way are lost with it; each
    is then run again by itself, so that the one that kills its worker is found and no other counts as failed.

    Args:
        objective: what jobs call.
        executor, workers, threads: see `make_executor`.
        watch: told every few seconds of the jobs under way and what part of each is done.

    Raises:
        UserError: the objective cannot be pickled for an executor that needs it.
    """

    def __init__(self, objective: TrialObjective, executor: str, workers: int, threads: int, watch: Watch | None = None) -> None:
        self._make: Callable[[], TrialExecutor] = lambda: make_executor(executor, workers, threads)
        self._executor: TrialExecutor | None = self._make()
        self._objective: TrialObjective | _Pickled = objective
        self._noted, self._watch = Noted(), watch
        if self._executor.remote:
            self._objective = _Pickled.of(objective, executor)

    def run(self, jobs: Iterable[Job], follow: Callable[[Job, Outcome], Job | None]) -> None:
        """Run `jobs` and what follows from them to the end. `follow` is called here, one call at a time, as outcomes come in."""
        queue, lost = deque(jobs), deque[Job]()
        waiting: dict[Future[Outcome], Job] = {}
        while queue or waiting or lost:
            # No more than can run: what waits in a pool's queue would be lost with it, and `serial` would record nothing.
            while queue and not lost and len(waiting) < self._capacity():
                self._submit(queue.popleft(), waiting, lost)
            ended: list[tuple[Job, Outcome]] = []
            if waiting:
                done, _ = wait(waiting, timeout=look_seconds(), return_when=FIRST_COMPLETED)
                if self._watch is not None and not done:
                    self._watch([(job, self._noted.part(future)) for future, job in waiting.items()])
                for future in [future for future in waiting if future in done]:
                    job, outcome = waiting.pop(future), self._outcome(future)
                    if outcome is None:
                        lost.append(job)
                    else:
                        ended.append((job, outcome))
            elif lost:
                job = lost.popleft()
                ended.append((job, self._alone(job)))
            following = [follow(job, outcome) for job, outcome in ended]
            queue.extendleft(job for job in reversed(following) if job is not None)

    def close(self, *, abandon: bool = False) -> None:
        """Free the workers; `abandon` does not wait for calls under way."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.kill() if abandon else executor.shutdown()
            self._noted.close()

    def _capacity(self) -> int:
        assert self._executor is not None
        return self._executor.capacity

    def _submit(self, job: Job, waiting: dict[Future[Outcome], Job], lost: deque[Job]) -> None:
        assert self._executor is not None
        try:
            waiting[self._noted.submit(self._executor, evaluate, self._objective, job.request)] = job
        except self._executor.deaths:
            lost.append(job)

    def _outcome(self, future: Future[Outcome]) -> Outcome | None:
        """What the future holds; None where its worker died."""
        assert self._executor is not None
        try:
            return future.result()
        except self._executor.deaths:
            return None
        except Exception as error:  # the result could not travel back
            return Outcome(None, 0.0, _one_line(error), traceback.format_exc()[-2000:])

    def _alone(self, job: Job) -> Outcome:
        """Run one job again, with nothing beside it."""
        executor = self._renewed()
        try:
            outcome = self._outcome(executor.submit(evaluate, self._objective, job.request))
        except executor.deaths:
            outcome = None
        if outcome is None:
            self._renewed()
            outcome = Outcome(None, 0.0, "WorkerDied: the worker process ended without an answer (out of memory, a crash, or a "
                                         "script without `if __name__ == '__main__':`)")
        return outcome

    def _renewed(self) -> TrialExecutor:
        """The executor, made anew where one worker's death ends them all."""
        if self._executor is None or self._executor.shared_fate:
            self.close(abandon=True)
            self._executor, self._noted = self._make(), Noted()
        return self._executor


@dataclass(frozen=True)
class _Pickled:
    """The objective as bytes, unpickled once in each worker so that what it loads stays loaded."""

    digest: str
    payload: bytes

    @classmethod
    def of(cls, objective: TrialObjective, executor: str) -> _Pickled:
        try:
            payload = pickle.dumps(objective)
        except Exception as error:
            raise UserError(
                f"The objective cannot be sent to another process ({_one_line(error)}).", where="search.executor",
                fix='Define it at the top level of a module and keep open files and locks out of it, or search with the executor '
                    f'"serial" instead of "{executor}".',
            ) from error
        return cls(hashlib.sha256(payload).hexdigest(), payload)


_unpickled: dict[str, TrialObjective] = {}


def evaluate(objective: TrialObjective | _Pickled, request: TrialRequest) -> Outcome:
    """Call the objective; what it raises becomes the Outcome's error."""
    start = time.monotonic()
    try:
        if isinstance(objective, _Pickled):
            if objective.digest not in _unpickled:
                _unpickled[objective.digest] = pickle.loads(objective.payload)
            objective = _unpickled[objective.digest]
        scores = objective(request)
        if not isinstance(scores, TrialScores):
            raise TypeError(f"the objective returned {type(scores).__name__}, not TrialScores")
    except (Exception, SystemExit) as error:
        return Outcome(None, time.monotonic() - start, _one_line(error), traceback.format_exc()[-2000:])
    return Outcome(scores, time.monotonic() - start)


def _one_line(error: Any) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:500] if text else type(error).__name__
