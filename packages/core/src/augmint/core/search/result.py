"""What a search found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from augmint.core.interfaces import Point, Policy
from augmint.core.search.history import Trial
from augmint.core.search.plain import plain


@dataclass(frozen=True)
class Finalist:
    """A candidate of the final round.

    Attributes:
        trial, name, point: as in `Trial`.
        scores: combined objective of each final seed, None where that run failed.
        mean: over the seeds; None where a run failed.
        standard_error: of the mean; None with fewer than two seeds.
        behind: mean over the seeds of the best candidate's score minus this one's; 0 for the best.
        behind_error: standard error of `behind`, paired by seed; None with fewer than two seeds.
        baseline: whether it is identity or the standard baseline.
        error: of the first failed run.
    """

    trial: int
    name: str
    point: Point
    scores: tuple[float | None, ...]
    mean: float | None
    standard_error: float | None
    behind: float | None
    behind_error: float | None
    baseline: bool
    error: str | None = None


@dataclass(frozen=True)
class SearchResult:
    """Outcome of `PolicySearch.run`.

    Attributes:
        best_point, best_policy, best_name: the winner; its name is that of a starting point or "trial <number>".
        best_score: its mean over the final seeds, or its search score where there was no final round.
        reason: why it won, one sentence.
        trials: all, in order.
        finalists: the final round, best mean first; empty without one.
        importance: dimension -> share of the objective's variation, summing to 1; None where that cannot be told.
        importance_note: how far `importance` can be trusted, or why there is none.
        stopped_because: "trials", "time_limit" or "exhausted" (every point of a finite space was tried).
        fidelities: names, cheap before expensive.
        weights: of the objective's parts.
        seconds: wall-clock time over all restarts.
    """

    best_point: Point
    best_policy: Policy
    best_name: str
    best_score: float
    reason: str
    trials: tuple[Trial, ...]
    finalists: tuple[Finalist, ...]
    importance: Mapping[str, float] | None
    importance_note: str
    stopped_because: str
    fidelities: tuple[str, ...]
    weights: Mapping[str, float]
    seconds: float

    def to_dict(self, *, times: bool = True) -> dict[str, Any]:
        """JSON values, for the report and for machines; without `times` a resumed search gives the same ones."""
        values = {name: getattr(self, name) for name in ("best_point", "best_name", "best_score", "reason", "importance",
                                                        "importance_note", "stopped_because", "fidelities", "weights", "seconds")}
        values["best_policy"] = self.best_policy.to_dict()
        values["trials"] = [asdict(trial) for trial in self.trials]
        values["finalists"] = [asdict(finalist) for finalist in self.finalists]
        if not times:
            for part in (values, *values["trials"]):
                for name in ("seconds", "final_seconds"):
                    part.pop(name, None)
        return plain(values)
