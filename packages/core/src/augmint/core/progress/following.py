"""Calls in other processes, with a bar that moves while they train."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, wait
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from augmint.core.progress.advance import advance_noted, noted_advance
from augmint.core.progress.quiet import quiet

BAR = "{desc}: {percentage:3.0f}%|{bar}| {n:.1f}/{total_fmt} [{elapsed}<{remaining}]"
LOOK_SECONDS, LOG_SECONDS = 1.0, 10.0
"""Between looks at how far calls are: on a terminal, and where each look is a line of a log."""


def follow(executor: Executor, calls: Sequence[tuple[Any, ...]], what: str) -> list[Any]:
    """The results of all calls, in their order.

    Args:
        executor: where they run.
        calls: a function and its arguments each; the function's trainings tell how far they are (`note_advance`).
        what: the bar's name.

    Raises:
        Exception: what a call raised; the others go on in their processes.
    """
    pause = LOOK_SECONDS if sys.stderr.isatty() else LOG_SECONDS
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        tqdm(total=len(calls), desc=what, disable=quiet(), bar_format=BAR, smoothing=0, dynamic_ncols=True) as bar,
    ):
        files = [Path(folder, str(number)) for number in range(len(calls))]
        futures = [executor.submit(_noting, file, *call) for file, call in zip(files, calls)]
        parts, waiting = [0.0] * len(calls), set(futures)
        while waiting:
            done, waiting = wait(waiting, timeout=pause, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
            # A call may train twice: its part never goes back.
            parts = [1.0 if at.done() else max(part, noted_advance(file)) for at, part, file in zip(futures, parts, files)]
            if sum(parts) != bar.n:
                bar.n = sum(parts)
                bar.refresh()
        return [future.result() for future in futures]


def _noting(file: Path, work: Callable[..., Any], *arguments: Any) -> Any:
    with advance_noted(file):
        return work(*arguments)
