"""Values that change over training: pure functions of the step, so that a resume needs no state of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from augmint.core.errors import UserError


@dataclass(frozen=True)
class Cosine:
    """From `start` to `end` along half a cosine over `steps` steps, `end` from then on.

    Source: Loshchilov and Hutter 2017, "SGDR: stochastic gradient descent with warm restarts" (one period).

    Example:
        >>> fade = Cosine(0.05, 0.005, 100)
        >>> [round(fade(step), 4) for step in (0, 50, 100, 200)]
        [0.05, 0.0275, 0.005, 0.005]
    """

    start: float
    end: float
    steps: int

    def __post_init__(self) -> None:
        if self.steps < 1 or not (math.isfinite(self.start) and math.isfinite(self.end)):
            raise UserError(f"Cosine({self.start}, {self.end}, {self.steps}) is no schedule.",
                            fix="Give finite ends and at least 1 step.")

    def __call__(self, step: int) -> float:
        part = min(max(step, 0) / self.steps, 1.0)
        return self.end + (self.start - self.end) * 0.5 * (1 + math.cos(math.pi * part))


Scheduled: TypeAlias = float | Cosine
"""A number, or one that changes over training."""


def value_at(value: Scheduled, step: int) -> float:
    """The number at `step`."""
    return value(step) if isinstance(value, Cosine) else float(value)


def lr_factor(kind: str, step: int, max_steps: int, warmup_steps: int, min_rate: float = 0.0) -> float:
    """What the learning rate is multiplied by at `step` (counted from 0), in [0, 1]. Kinds as in `transformers.get_scheduler`.

    Example:
        >>> [lr_factor("linear", step, 4, 0) for step in range(5)]
        [1.0, 0.75, 0.5, 0.25, 0.0]
        >>> [lr_factor("constant_with_warmup", step, 9, 2) for step in range(4)]
        [0.5, 1.0, 1.0, 1.0]
    """
    if kind != "constant" and step < warmup_steps:
        return (step + 1) / warmup_steps  # the first step already moves
    span = max(1, max_steps - warmup_steps)
    part = min(max(0.0, (step - warmup_steps) / span), 1.0)
    if kind == "linear":
        return 1.0 - part
    if kind in ("cosine", "cosine_with_min_lr"):
        floor = min_rate if kind == "cosine_with_min_lr" else 0.0
        return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * part))
    return 1.0
