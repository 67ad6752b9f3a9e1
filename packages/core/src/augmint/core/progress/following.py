"""Calls in other processes, with a bar that moves while they train."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, wait
from contextlib import closing
from typing import Any

from tqdm.auto import tqdm

from augmint.core.progress.noted import BAR, Noted, look_seconds
from augmint.core.progress.quiet import quiet


def follow(executor: Executor, calls: Sequence[tuple[Any, ...]], what: str) -> list[Any]:
    """The results of all calls, in their order.

    Args:
        executor: where they run.
        calls: a function and its arguments each; the function's trainings tell how far they are (`note_advance`).
        what: the bar's name.

    Raises:
        Exception: what a call raised; the others go on in their processes.
    """
    with (
        closing(Noted()) as noted,
        tqdm(total=len(calls), desc=what, disable=quiet(), bar_format=BAR, smoothing=0, dynamic_ncols=True) as bar,
    ):
        futures = [noted.submit(executor, *call) for call in calls]
        waiting = set(futures)
        while waiting:
            done, waiting = wait(waiting, timeout=look_seconds(), return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
            reached = sum(map(noted.part, futures))
            if reached != bar.n:
                bar.n = reached
                bar.refresh()
        return [future.result() for future in futures]
