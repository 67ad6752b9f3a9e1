"""Adaptive discriminator augmentation: as much augmentation as keeps the discriminator from overfitting."""

from __future__ import annotations

from typing import Any

from augmint.core.errors import UserError


class AdaController:
    """Moves the augmentation probability `p` so that E[sign D(real)] stays at `target`.

    Args:
        target: of E[sign D(real)] over `interval` steps; higher means that training rows are recognised.
        interval: steps between adjustments.
        ramp_rows: training rows after which `p` has gone from 0 to 1 if it always rises.
        p: where it starts, [0, 1].
        p_max: where it ends at most, (0, 1].

    Source: Karras et al. 2020, "Training generative adversarial networks with limited data" (target 0.6, every 4 batches,
    500,000 rows).

    Example:
        >>> ada = AdaController(interval=1, ramp_rows=100)
        >>> ada.step_end(sign=0.9, rows=10)
        >>> ada.p
        0.1
    """

    def __init__(self, target: float = 0.6, interval: int = 4, ramp_rows: int = 500_000, p: float = 0.0,
                 p_max: float = 1.0) -> None:
        ranges = {"target": (target, -1, 1), "interval": (interval, 1, 10**6), "ramp_rows": (ramp_rows, 1, 10**12),
                  "p": (p, 0, 1), "p_max": (p_max, 0, 1)}
        for name, (value, low, high) in ranges.items():
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
                raise UserError(f"{name} is {value!r}.", where=f"ada.{name}", fix=f"Give a number in [{low}, {high}].")
        self.target, self.interval, self.ramp_rows = target, int(interval), int(ramp_rows)
        self.p, self.p_max = min(p, p_max), p_max
        self._signs, self._steps, self._rows = 0.0, 0, 0

    def step_end(self, sign: float, rows: int) -> None:
        """Take in one step: its mean sign of D(real) and how many training rows it saw."""
        self._signs, self._steps, self._rows = self._signs + sign, self._steps + 1, self._rows + rows
        if self._steps < self.interval:
            return
        mean = self._signs / self._steps
        move = (mean > self.target) - (mean < self.target)
        self.p = min(max(self.p + move * self._rows / self.ramp_rows, 0.0), self.p_max)
        self._signs, self._steps, self._rows = 0.0, 0, 0

    def state_dict(self) -> dict[str, Any]:
        """Everything that must survive a resume, as JSON values."""
        return {"p": self.p, "signs": self._signs, "steps": self._steps, "rows": self._rows}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore what `state_dict` gave."""
        self.p, self._signs = float(state["p"]), float(state["signs"])
        self._steps, self._rows = int(state["steps"]), int(state["rows"])
