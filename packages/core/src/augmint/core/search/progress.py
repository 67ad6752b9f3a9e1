"""The search's progress bar."""

from __future__ import annotations

from typing import Any

from tqdm.auto import tqdm

from augmint.core.progress.noted import BAR
from augmint.core.search.history import History


class Progress:
    """Trials, then runs of the final round, with the time left.

    Args:
        trials: how many there will be.
        show: True, False, or None for only on a terminal.
    """

    def __init__(self, trials: int, show: bool | None) -> None:
        self._trials = trials
        self._disable = None if show is None else not show
        self._bar: Any = None
        self._whole = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def update(self, history: History) -> None:
        """Show how many trials are done and the best so far."""
        done = min(sum(trial.status != "proposed" for trial in history.trials), self._trials)
        if self._bar is None:
            # What an earlier run did is no part of this run's speed, hence `initial`.
            self._open("search", self._trials, done)
        finished = history.finished()
        if finished:
            best = max(finished, key=lambda trial: (trial.score, -trial.number))
            self._bar.set_postfix_str(f"best {best.score:.4g} ({best.name})", refresh=False)
        self._whole = done
        self.under_way(0.0)

    def start_finals(self, total: int, done: int) -> None:
        """Begin the final round's bar."""
        self._close()
        self._open("final round", total, done)

    def advance_finals(self) -> None:
        """One more run of the final round is done."""
        self._whole += 1
        self.under_way(0.0)

    def under_way(self, parts: float) -> None:
        """Show what is done, with the parts of all that is not done yet."""
        if not self._bar.disable and self._whole + parts != self._bar.n:
            self._bar.n = self._whole + parts
            self._bar.refresh()

    def _open(self, what: str, total: int, done: int) -> None:
        self._whole = done
        self._bar = tqdm(total=total, initial=done, desc=what, disable=self._disable, bar_format=BAR, smoothing=0)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
