"""What a changed recipe leaves standing of a run: the stages before the first that the change touches."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from augmint.core.pipeline.recipe import RECORDED, Recipe
from augmint.core.pipeline.run_dir import RunDirectory
from augmint.core.search.arguments import FREE_TO_CHANGE

STAGES = ("inspect", "judge", "train", "search", "mint", "finetune", "compare", "report")
"""In the order they are done; each builds on those before it."""

_FIRST = {"judge": "judge", "finetune": "judge", "generator": "train", "adversarial": "train", "search": "search", "mint": "search",
          "compare": "finetune"}
"""Section of the recipe -> the first stage that reads it; "inspect" where it is not named."""
_LEFT_BY = {
    "judge": ("judge", "judge-round-*", "judge*.tmp", "pseudo-labelled"),
    "train": ("checkpoints", "generator", "discriminator", "adversarial.json"),
    "search": ("search",),
    "mint": ("minted", "augmenter"),
    "finetune": ("finetuned", "synthetic"),
    "compare": ("comparison.json",),
    "report": ("report.html",),
}
_LONGER = {f"search.{name}" for name in FREE_TO_CHANGE}
_WORKERS = {"search.executor", "search.workers"}


def changed_keys(old: Recipe, new: Recipe) -> list[str]:
    """What differs between two recipes' work, such as "search.trials"; `output_dir` and recorded versions are no work."""
    before, after = old.to_dict(), new.to_dict()
    found = []
    for section in sorted({*before, *after} - RECORDED - {"output_dir"}):
        a, b = before.get(section), after.get(section)
        if a == b:
            continue
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            found += [f"{section}.{key}" for key in sorted({*a, *b}) if a.get(key) != b.get(key)]
        else:
            found.append(section)
    return found


def first_stage(changed: list[str]) -> str | None:
    """The first stage that has to be done again; None where results cannot differ."""
    stages = [_FIRST.get(key.partition(".")[0], "inspect") for key in changed if key not in _WORKERS]
    return min(stages, key=STAGES.index, default=None)


def discard(directory: RunDirectory, changed: list[str]) -> None:
    """Remove what the changed keys put out of date, markers first: a kill in between leaves nothing that claims to be done.

    A search that is only made longer keeps its journal, and other arms or seeds keep the fine-tunings that stay the same.
    """
    first = first_stage(changed)
    if first is None:
        return
    outdated = STAGES[STAGES.index(first):]
    for stage in outdated:
        directory.done(stage).unlink(missing_ok=True)
    if first == "inspect":
        for path in sorted(directory.root.iterdir(), key=lambda path: path == directory.recipe):  # the recipe last
            if path.name != ".lock":
                _remove(path)
        return
    searched = [key for key in changed if _FIRST.get(key.partition(".")[0]) == "search"]
    longer = first == "search" and all(key in _LONGER for key in searched)
    for stage in outdated:
        if stage == "finetune" and first == "finetune":
            continue
        for pattern in _LEFT_BY[stage]:
            for path in directory.root.glob(pattern):
                if longer and path == directory.journal.parent:
                    _remove(directory.search_result, directory.policy)
                else:
                    _remove(path)


def summary(changed: list[str]) -> str:
    """"search.trials and mint differ", for a message."""
    *shown, last = changed[:3] + ([f"{len(changed) - 3} more"] if len(changed) > 3 else [])
    return f"{', '.join(shown)} and {last} differ" if shown else f"{last} differs"


def _remove(*paths: Path) -> None:
    for path in paths:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
