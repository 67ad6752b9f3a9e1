"""How far a training is, told by the process that trains to the one that waits for it and draws the bar."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

SECONDS = 0.5
"""Between two notes."""
_FILE: ContextVar[Path | None] = ContextVar("advance", default=None)
_LAST: ContextVar[float] = ContextVar("last_advance", default=0.0)


@contextmanager
def advance_noted(file: Path) -> Iterator[None]:
    """What `note_advance` is told within goes to this file."""
    token = _FILE.set(file)
    try:
        yield
    finally:
        _FILE.reset(token)


def note_advance(part: float) -> None:
    """Note what part of the work is done, in [0, 1], if somebody wants to know and has not just been told."""
    file, now = _FILE.get(), time.monotonic()
    if file is None or now - _LAST.get() < SECONDS:
        return
    _LAST.set(now)
    with suppress(OSError):  # whoever waits may have given up, or be on another machine
        file.write_text(f"{part:.4f}")


def noted_advance(file: Path) -> float:
    """The part last noted there, 0 where there is none.

    >>> noted_advance(Path("nowhere"))
    0.0
    """
    try:
        return float(file.read_text())
    except (OSError, ValueError):  # not begun, or being written at this moment
        return 0.0


class AdvanceCallback(TrainerCallback):  # type: ignore[misc]
    """Notes every step of `transformers.Trainer`."""

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        note_advance(state.global_step / max(1, state.max_steps))
