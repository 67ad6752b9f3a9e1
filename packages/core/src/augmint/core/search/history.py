"""What is known of a search, built from its journal's events and from nothing else.

A running search and a resumed one go through the same `apply`, so they cannot know different things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from augmint.core.interfaces import Point


@dataclass
class Trial:
    """One point and what became of it.

    Attributes:
        number: its place in the search, from 0.
        batch: the batch it was proposed in.
        name: a starting point's name, else "trial <number>".
        origin: "start", "initial" (space-filling) or "model" (proposed by the surrogate).
        status: "proposed", "finished", "pruned" or "failed".
        scores: fidelity -> the combined objective.
        parts: fidelity -> downstream, quality, diversity and details.
        score: the combined objective at the fidelity that the surrogate learns from; None until finished.
        error: why it failed.
        seconds: time spent on it, the final round's apart.
        finals: final seed's index -> score at the last fidelity, None where that run failed.
    """

    number: int
    batch: int
    name: str
    origin: str
    point: Point
    status: str = "proposed"
    scores: dict[str, float] = field(default_factory=dict)
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    score: float | None = None
    error: str | None = None
    seconds: float = 0.0
    finals: dict[int, float | None] = field(default_factory=dict)
    final_errors: dict[int, str] = field(default_factory=dict)
    final_seconds: float = 0.0


class History:
    """Trials in order and the search's clock.

    Args:
        search_fidelities: the fidelities before the final round; a score at the last of them finishes a trial.
    """

    def __init__(self, search_fidelities: Sequence[str]) -> None:
        self.search_fidelities = tuple(search_fidelities)
        self.trials: list[Trial] = []
        self.elapsed = 0.0
        self.last_of: dict[str, dict[str, Any]] = {}

    def apply(self, event: Mapping[str, Any]) -> None:
        """Take in one event of the journal."""
        kind = event["event"]
        self.elapsed = max(self.elapsed, float(event.get("elapsed", 0.0)))
        self.last_of[kind] = dict(event)
        if kind == "proposed":
            self.trials.append(Trial(number=event["trial"], batch=event["batch"], name=event["name"],
                                     origin=event["origin"], point=dict(event["point"])))
        elif kind in ("finished", "failed", "pruned"):
            trial = self.trials[event["trial"]]
            if "final" in event:
                self._apply_final(trial, event)
            else:
                self._apply_trial(trial, event)

    def _apply_trial(self, trial: Trial, event: Mapping[str, Any]) -> None:
        trial.seconds += float(event.get("seconds", 0.0))
        if event["event"] == "failed":
            trial.status, trial.error = "failed", event["error"]
        elif event["event"] == "pruned":
            trial.status = "pruned"
        else:
            fidelity = event["fidelity"]
            trial.scores[fidelity] = event["score"]
            trial.parts[fidelity] = event["scores"]
            if fidelity == self.search_fidelities[-1]:
                trial.status, trial.score = "finished", event["score"]

    def _apply_final(self, trial: Trial, event: Mapping[str, Any]) -> None:
        index = event["final"]
        trial.final_seconds += float(event.get("seconds", 0.0))
        trial.finals[index] = event.get("score")
        if event["event"] == "failed":
            trial.final_errors[index] = event["error"]
        else:
            trial.final_errors.pop(index, None)

    def before(self, batch: int) -> list[Trial]:
        """Trials of earlier batches: all that a decision in `batch` may look at."""
        return [trial for trial in self.trials if trial.batch < batch]

    def finished(self) -> list[Trial]:
        return [trial for trial in self.trials if trial.score is not None]

    def first_error(self) -> str | None:
        return next((trial.error for trial in self.trials if trial.error is not None), None)
