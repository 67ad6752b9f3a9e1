"""One run of a search: from what the journal holds to the result."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from augmint.core.errors import UserError
from augmint.core.interfaces import Point, keyed_seed
from augmint.core.search.arguments import SearchArguments
from augmint.core.search.finals import choose, final_table, select_finalists
from augmint.core.search.header import check_header
from augmint.core.search.history import History, Trial
from augmint.core.search.importance import dimension_importance
from augmint.core.search.journal import Journal
from augmint.core.search.learning import prune_threshold, told_values
from augmint.core.search.plain import plain
from augmint.core.search.progress import Progress
from augmint.core.search.proposer import Proposer
from augmint.core.search.result import Finalist, SearchResult
from augmint.core.search.runner import Job, Outcome, Runner
from augmint.core.search.trial import TrialRequest, combine

if TYPE_CHECKING:
    from augmint.core.search.policy_search import PolicySearch

logger = logging.getLogger(__name__)


class Run:
    """One call of `PolicySearch.run`: the journal's state and the workers."""

    def __init__(self, search: PolicySearch, arguments: SearchArguments, journal: Journal,
                 callbacks: Sequence[Callable[[Trial], None]], bar: Progress) -> None:
        self.search, self.arguments, self.journal, self.callbacks, self.bar = search, arguments, journal, callbacks, bar
        self.history = History(search.search_fidelities)
        self.proposer = Proposer(search.dimensions, arguments)
        header = search.header(arguments)
        if journal.events:
            check_header(journal.events[0], header, str(journal.path))
        else:
            journal.append(header)
        for event in journal.events:
            self.history.apply(event)
        self._started, self._earlier = time.monotonic(), self.history.elapsed
        self._runner: Runner | None = None
        self._initial: list[Point] | None = None

    def result(self) -> SearchResult:
        try:
            stopped = self._search()
            self._check_any_finished()
            self._record_once({"event": "stopped", "because": stopped, "trials": len(self.history.trials)})
            winner, reason, score, table = self._final_round()
            self._record_once({"event": "chosen", "trial": winner.number, "name": winner.name, "score": score, "reason": reason})
        except BaseException:
            self._close(abandon=True)
            raise
        self._close()
        finished = self.history.finished()
        importance, note = dimension_importance(self.search.dimensions, [trial.point for trial in finished],
                                                [trial.score for trial in finished if trial.score is not None], self.arguments.seed)
        return SearchResult(
            best_point=dict(winner.point), best_policy=self.search.space.decode(dict(winner.point)), best_name=winner.name,
            best_score=score, reason=reason, trials=tuple(self.history.trials), finalists=tuple(table), importance=importance,
            importance_note=note, stopped_because=stopped, fidelities=self.search.fidelities,
            weights=dict(self.arguments.objective), seconds=self._elapsed(),
        )

    # The search ---------------------------------------------------------------------------------------------------

    def _search(self) -> str:
        """Batch after batch; returns why it stopped."""
        size = self.arguments.batch_size
        for batch in range(-(-self.arguments.trials // size)):
            numbers = range(batch * size, min((batch + 1) * size, self.arguments.trials))
            begun = numbers[0] < len(self.history.trials)
            if not begun and numbers[0] >= self.search.in_any_case and self._out_of_time():
                return "time_limit"
            for number in numbers:
                if number >= len(self.history.trials) and not self._propose(number, batch):
                    self._run_batch(batch)
                    return "exhausted"
            self._run_batch(batch)
        return "trials"

    def _run_batch(self, batch: int) -> None:
        trials = [trial for trial in self.history.trials if trial.batch == batch]
        self.bar.update(self.history)
        jobs = [job for trial in trials if (job := self._next_job(trial)) is not None]
        if jobs:
            self._run_jobs(jobs, self._follow)
        self.bar.update(self.history)
        design = len(self.search.starts) + self.search.initial_points
        if len(self.history.trials) >= design:  # a broken objective need not fail once for every trial
            self._check_any_finished()

    def _check_any_finished(self) -> None:
        if not self.history.finished():
            what = f"None of {len(self.history.trials)} trials gave a score. The first error: {self.history.first_error()}"
            raise UserError(what, where="search", fix=_mend(self.journal.path))

    def _propose(self, number: int, batch: int) -> bool:
        """Record the trial's point; False when there is no point left."""
        starts = list(self.search.starts.items())
        seen = [trial.point for trial in self.history.trials]
        point: Point | None = None
        if number < len(starts):
            name, point = starts[number]
            origin = "start"
        else:
            name, origin = f"trial {number}", "initial"
            if self._initial is None:
                self._initial = self.proposer.initial(self.search.initial_points)
            place = number - len(starts)
            if place < len(self._initial):
                point = self._initial[place]
                if point in seen:
                    point = self.proposer.unseen(number, seen)
            else:
                origin = "model"
                told = told_values(self.history.before(batch), self.arguments.prune_quantile)
                pending = [trial.point for trial in self.history.trials if trial.batch == batch]
                point = self.proposer.propose(number, told, pending, seen)
        if point is None:
            return False
        self._record({"event": "proposed", "trial": number, "batch": batch, "name": name, "origin": origin, "point": point})
        return True

    def _next_job(self, trial: Trial) -> Job | None:
        """What is still to be run of a trial; records that it is pruned where it is."""
        if trial.status != "proposed":
            return None
        for fidelity in self.search.search_fidelities:
            if fidelity not in trial.scores:
                seed = keyed_seed(self.arguments.seed, "search", "trial", trial.number) % 2**31
                return Job(TrialRequest(dict(trial.point), fidelity, seed, trial.number))
            threshold = prune_threshold(self.history.before(trial.batch), fidelity, self.arguments.prune_quantile)
            if threshold is not None and trial.origin != "start" and trial.scores[fidelity] < threshold:
                self._record({"event": "pruned", "trial": trial.number, "fidelity": fidelity, "score": trial.scores[fidelity],
                              "threshold": threshold})
                return None
        return None

    def _follow(self, job: Job, outcome: Outcome) -> Job | None:
        self._record_outcome(job, outcome)
        trial = self.history.trials[job.request.trial]
        following = self._next_job(trial)
        if following is None:
            self.bar.update(self.history)
            for callback in self.callbacks:
                callback(trial)
        return following

    # The final round ----------------------------------------------------------------------------------------------

    def _final_round(self) -> tuple[Trial, str, float, list[Finalist]]:
        """The winner, why, its score and the table."""
        if not self.arguments.finalists:
            best = max(self.history.finished(), key=lambda trial: (trial.score, -trial.number))
            assert best.score is not None
            return best, f"{best.name} scored best in the search, {best.score:.6g}; there was no final round.", best.score, []
        decode = self.search.space.decode
        candidates = select_finalists(self.history.trials, self.search.baselines, self.arguments.finalists,
                                      lambda point: decode(dict(point)).fingerprint)
        seeds = self.arguments.final_seeds
        jobs = [self._final_job(trial, index) for index in range(seeds) for trial in candidates if index not in trial.finals]
        self.bar.start_finals(len(candidates) * seeds, len(candidates) * seeds - len(jobs))
        if jobs:
            self._run_jobs(jobs, self._follow_final)
        table = final_table(candidates, self.search.baselines, seeds)
        if table[0].mean is None:
            error = next(row.error for row in table if row.error)
            raise UserError(f"Every candidate failed in the final round. The first error: {error}", where="search",
                            fix=_mend(self.journal.path))
        row, reason = choose(table, self.search.baselines)
        assert row.mean is not None
        return self.history.trials[row.trial], reason, row.mean, table

    def _final_job(self, trial: Trial, index: int) -> Job:
        seed = keyed_seed(self.arguments.seed, "search", "final", index) % 2**31
        return Job(TrialRequest(dict(trial.point), self.search.fidelities[-1], seed, trial.number), final=index)

    def _follow_final(self, job: Job, outcome: Outcome) -> None:
        self._record_outcome(job, outcome)
        self.bar.advance_finals()

    # Recording ----------------------------------------------------------------------------------------------------

    def _record_outcome(self, job: Job, outcome: Outcome) -> None:
        event: dict[str, Any] = {"trial": job.request.trial, "fidelity": job.request.fidelity, "seed": job.request.seed}
        if job.final is not None:
            event["final"] = job.final
        error, score = outcome.error, None
        if outcome.scores is not None:
            try:
                score = combine(outcome.scores, self.arguments.objective)
            except (TypeError, ValueError) as problem:
                error = f"{type(problem).__name__}: {problem}"
            event["scores"] = {name: getattr(outcome.scores, name) for name in ("downstream", "quality", "diversity", "details")}
        if error is None:
            event = {"event": "finished", **event, "score": score}
        else:
            event = {"event": "failed", **event, "error": error, "traceback": outcome.traceback}
            logger.warning("Trial %d failed at fidelity %r: %s", job.request.trial, job.request.fidelity, error)
        self._record({**event, "seconds": round(outcome.seconds, 3)})

    def _record(self, event: dict[str, Any]) -> None:
        self.history.apply(self.journal.append({**event, "elapsed": round(self._elapsed(), 3)}))

    def _record_once(self, event: dict[str, Any]) -> None:
        """Record an event unless the last of its kind says the same, so that running a search that has ended adds nothing."""
        last = {name: value for name, value in self.history.last_of.get(event["event"], {}).items() if name != "elapsed"}
        if last != plain(event):
            self._record(event)

    # Time and workers ---------------------------------------------------------------------------------------------

    def _elapsed(self) -> float:
        return self._earlier + time.monotonic() - self._started

    def _out_of_time(self) -> bool:
        return self.arguments.time_limit is not None and self._elapsed() >= self.arguments.time_limit

    def _run_jobs(self, jobs: Sequence[Job], follow: Callable[[Job, Outcome], Job | None]) -> None:
        if self._runner is None:
            workers = self.arguments.workers or default_workers()
            self._runner = Runner(self.search.objective, self.arguments.executor, workers, self.arguments.threads, self._show)
        self._runner.run(jobs, follow)

    def _show(self, under_way: Sequence[tuple[Job, float]]) -> None:
        """Move the bar by what is done of each trial; a fidelity is taken to last twice as long as the one before."""
        steps = self.search.search_fidelities
        whole = 2 ** len(steps) - 1

        def done(job: Job, part: float) -> float:
            if job.final is not None:
                return part
            passed = 2 ** steps.index(job.request.fidelity)
            return (passed - 1 + part * passed) / whole

        self.bar.under_way(sum(done(job, part) for job, part in under_way))

    def _close(self, *, abandon: bool = False) -> None:
        if self._runner is not None:
            self._runner.close(abandon=abandon)
            self._runner = None


def _mend(path: Path | None) -> str:
    return "Mend what it names" + (f", delete {path}" if path is not None else "") + " and search again."


def default_workers() -> int:
    """One for an accelerator, whose memory trials would share; else the cores that this process may use."""
    if torch.cuda.is_available() or torch.backends.mps.is_available():
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
