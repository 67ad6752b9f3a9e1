"""Calls in other processes whose trainings tell how far they are."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import Executor, Future
from itertools import count
from pathlib import Path
from typing import Any

from augmint.core.progress.advance import advance_noted, noted_advance

BAR = "{desc}: {percentage:3.0f}%|{bar}| {n:.1f}/{total_fmt} [{elapsed}<{remaining}{postfix}]"
"""A bar that counts parts of calls."""
LOOK_SECONDS, LOG_SECONDS = 1.0, 10.0


def look_seconds() -> float:
    """Between looks at how far calls are: short on a terminal, longer where each look is a line of a log."""
    return LOOK_SECONDS if sys.stderr.isatty() else LOG_SECONDS


class Noted:
    """Submits calls, and knows what part of each is done. Call `close` in the end."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._names = count()
        self._known: dict[Future[Any], tuple[Path, float]] = {}

    def submit(self, executor: Executor, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """`executor.submit(work, *arguments)`; trainings within tell how far they are (`note_advance`)."""
        file = Path(self._folder.name, str(next(self._names)))
        future = executor.submit(_noting, file, work, *arguments)
        self._known[future] = (file, 0.0)
        return future

    def part(self, future: Future[Any]) -> float:
        """What part of a call is done, in [0, 1]. It never goes back, though a call may train twice."""
        file, before = self._known[future]
        now = 1.0 if future.done() else max(before, noted_advance(file))
        self._known[future] = (file, now)
        return now

    def close(self) -> None:
        """Forget all; calls still under way go on."""
        self._known.clear()
        self._folder.cleanup()


def _noting(file: Path, work: Callable[..., Any], *arguments: Any) -> Any:
    with advance_noted(file):
        return work(*arguments)
