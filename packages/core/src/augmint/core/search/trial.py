"""One trial: what the search asks, what the user's objective answers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from augmint.core.interfaces import Point


@dataclass(frozen=True)
class TrialRequest:
    """Score this point.

    Attributes:
        point: dimension name -> value; `space.decode(point)` gives the policy.
        fidelity: which of the objective's settings to score at.
        seed: in [0, 2**31), keys everything random in the trial. In the final round all finalists share each seed.
        trial: the trial's number, for logs. Scores must not depend on it.
    """

    point: Point
    fidelity: str
    seed: int
    trial: int


@dataclass(frozen=True)
class TrialScores:
    """Scores on the validation rows; greater is better in all three.

    Attributes:
        downstream: the task's metric in its own unit, negated where smaller is better.
        quality, diversity: in [0, 1]; None where not measured, which a weight above 0 does not allow.
        details: JSON values worth keeping in the journal.
    """

    downstream: float
    quality: float | None = None
    diversity: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


class TrialObjective(Protocol):
    """Scores points. With the executors "processes" and "ray" it must be picklable.

    It may have an attribute `fidelities`, names from cheap to expensive; without one it has a single fidelity, "full".
    The same request must give the same scores. Each worker keeps one copy for all its trials, so what is costly to load may
    be kept on `self`.
    """

    def __call__(self, request: TrialRequest) -> TrialScores: ...


def combine(scores: TrialScores, weights: Mapping[str, float]) -> float:
    """The weighted sum of the scores; parts of weight 0 do not count.

    Raises:
        ValueError: a part that counts is missing, not finite, or (quality, diversity) outside [0, 1].

    Example:
        >>> combine(TrialScores(80.0, quality=0.5), {"downstream": 1.0, "quality": 4.0, "diversity": 0.0})
        82.0
    """
    total = 0.0
    for name, weight in weights.items():
        value = getattr(scores, name)
        if weight == 0:
            continue
        if value is None:
            raise ValueError(f"the objective weighs {name}, but the trial gave none")
        if not math.isfinite(value):
            raise ValueError(f"{name} is {value}")
        if name != "downstream" and not -1e-6 <= value <= 1 + 1e-6:
            raise ValueError(f"{name} is {value}, outside [0, 1]")
        total += weight * float(value)
    return total
