"""The search's progress bar."""

from __future__ import annotations

from typing import Any

from tqdm.auto import tqdm

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

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def update(self, history: History) -> None:
        """Show how many trials are done and the best so far."""
        done = sum(trial.status != "proposed" for trial in history.trials)
        if self._bar is None:
            # What an earlier run did is no part of this run's speed, hence `initial`.
            self._bar = tqdm(total=self._trials, initial=min(done, self._trials), desc="search", unit="trial",
                             disable=self._disable)
        finished = history.finished()
        if finished:
            best = max(finished, key=lambda trial: (trial.score, -trial.number))
            self._bar.set_postfix_str(f"best {best.score:.4g} ({best.name})", refresh=False)
        self._bar.update(min(done, self._trials) - self._bar.n)

    def start_finals(self, total: int, done: int) -> None:
        """Begin the final round's bar."""
        self._close()
        self._bar = tqdm(total=total, initial=done, desc="final round", unit="run", disable=self._disable)

    def advance_finals(self) -> None:
        self._bar.update(1)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
