"""How a judge of several classifiers is trained."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path

from augmint.core.interfaces import Evaluation
from augmint.core.progress import follow

FitMember = Callable[[Path, str, int], tuple[str, Evaluation]]
"""(folder, policy's name, member's number) -> the model's type and its validation scores, with the member left in the folder.
Picklable."""


def fit_ensemble(
    directory: Path,
    policies: Sequence[str],
    members: int,
    executor: Executor,
    fit_member: FitMember,
    mark: Callable[[Path, int, str], None],
    rows: str = "the training split",
) -> None:
    """Train `members` classifiers side by side and save them in `directory`, whole or not at all.

    The first member is trained under each of the policies; the others under the one that did best on validation. A better judge
    labels and filters better, and on few rows the policy is what makes most of the difference.

    Args:
        directory: where to.
        policies: names that `fit_member` knows.
        members: how many.
        executor: for members beside each other.
        fit_member: trains one.
        mark: (folder, members, name for the report) -> None; makes the folder a judge.
        rows: what they are trained on, in words.
    """
    unfinished = directory.with_name(directory.name + ".tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    for name in policies:
        (unfinished / name).mkdir(parents=True)
    first = dict(zip(policies, follow(executor, [(fit_member, unfinished / name, name, 0) for name in policies], "judge")))
    # The lower loss decides between equals, then the order.
    best = max(first, key=lambda name: (first[name][1].score, -(first[name][1].loss or 0.0)))
    if members > 1:
        others = [(fit_member, unfinished / best, best, member) for member in range(1, members)]
        follow(executor, others, "judge, further members")
    mark(unfinished / best, members, f"{members} x {first[best][0]} trained on {rows} under {best}")
    shutil.rmtree(directory, ignore_errors=True)
    os.replace(unfinished / best, directory)
    shutil.rmtree(unfinished)


def rounds_of(directory: Path, rounds: int) -> list[Path]:
    """The folders of the judges that lead to the one in `directory`, and it: each is trained on labels of the one before."""
    return [directory.with_name(f"{directory.name}-round-{number}") for number in range(rounds)] + [directory]
