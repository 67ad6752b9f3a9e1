"""What a changed recipe leaves standing of a run: the stages before the first that the change touches."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from augmint.core.errors import UserError
from augmint.core.pipeline.recipe import RECORDED, Recipe, read_recipe
from augmint.core.pipeline.run_dir import RunDirectory
from augmint.core.search.arguments import FREE_TO_CHANGE

STAGES = ("inspect", "judge", "train", "search", "mint", "finetune", "compare", "report")
"""In the order they are done; each builds on those before it."""

_FIRST = {"judge": "judge", "finetune": "judge", "policy": "judge", "generator": "train", "adversarial": "train",
          "search": "search", "mint": "search", "compare": "finetune"}
"""Section of the recipe -> the first stage that reads it; "inspect" where it is not named."""
_LEFT_BY = {
    "inspect": ("data", "inspection.json"),
    "judge": ("judge", "judge-round-*", "judge*.tmp", "pseudo-labelled"),
    "train": ("start", "checkpoints", "generator", "discriminator", "adversarial.json"),
    "search": ("search",),
    "mint": ("minted", "augmenter"),
    "finetune": ("finetuned", "synthetic", "unfiltered", "unfiltered.lock",
                 "resynthesised", "resynthesised.lock"),
    "compare": ("comparison.json",),
    "report": ("report.html",),
}
_WORKERS = ("search.executor", "search.workers")
"""Keys on which no result depends."""


@dataclass(frozen=True)
class Change:
    """From the recipe that a run folder holds to another one.

    Attributes:
        keys: what differs, such as "search.trials"; `output_dir` and what is only recorded do not count.
        longer: whether the search's changes, if any, only give it more trials or time.
    """

    keys: tuple[str, ...]
    longer: bool = False

    @property
    def first(self) -> str | None:
        """The first stage that has to be done again; None where results cannot differ."""
        stages = [_FIRST.get(key.partition(".")[0], "inspect") for key in self.keys if key not in _WORKERS]
        return min(stages, key=STAGES.index, default=None)

    def __str__(self) -> str:
        *shown, last = [*self.keys[:3], *([f"{len(self.keys) - 3} more"] if len(self.keys) > 3 else [])]
        return f"{', '.join(shown)} and {last} differ" if shown else f"{last} differs"


def change_of(directory: RunDirectory, new: Recipe, base_dir: Path | None) -> Change:
    """How `new` differs from the recipe in the run folder. Raises UserError where that one cannot be read."""
    held = read_recipe(directory.recipe)
    before, after = (_anchored(recipe, base) for recipe, base in ((held.recipe, held.base_dir), (new, base_dir or Path())))
    found = []
    for section in sorted({*before, *after} - RECORDED - {"output_dir"}):
        a, b = before.get(section), after.get(section)
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            found += [f"{section}.{key}" for key in sorted({*a, *b}) if a.get(key) != b.get(key)]
        elif a != b:
            found.append(section)
    return Change(tuple(found), _longer(held.recipe, new))


def held_change(directory: RunDirectory, new: Recipe, base_dir: Path | None, *, overwrite: bool) -> Change:
    """As `change_of`; a recipe that cannot be read is wholly another one where it may be overwritten."""
    try:
        change = change_of(directory, new, base_dir)
    except UserError:
        if not overwrite:
            raise
        return Change(("everything",))
    if change.first is not None and not directory.done("inspect").is_file():
        return replace(change, keys=("everything", *change.keys))  # a change killed on its way has taken the rows already
    return change


def discard(directory: RunDirectory, change: Change) -> None:
    """Put away what the change puts out of date, markers first: a kill in between leaves nothing that claims to be done.

    A search that is only made longer keeps its journal, and other arms or seeds keep the fine-tunings that stay the same.
    """
    if change.first is None:
        return
    outdated = STAGES[STAGES.index(change.first) :]
    for stage in outdated:
        for path in (directory.done(stage), directory.clock(stage)):
            path.unlink(missing_ok=True)
    for stage in outdated:
        if stage == "finetune" == change.first:
            continue
        for path in [path for pattern in _LEFT_BY[stage] for path in directory.root.glob(pattern)]:
            if change.longer and change.first == "search" and path == directory.journal.parent:
                _put_away(directory, directory.search_result, directory.policy)
            else:
                _put_away(directory, path)
    sweep(directory)


def sweep(directory: RunDirectory) -> None:
    """Delete what was put away."""
    shutil.rmtree(directory.root / ".discarded", ignore_errors=True)


def _put_away(directory: RunDirectory, *paths: Path) -> None:
    # A rename is whole or not at all; a folder half deleted would pass for a whole one.
    away = directory.root / ".discarded"
    for path in paths:
        if path.exists() or path.is_symlink():
            away.mkdir(exist_ok=True)
            os.replace(path, away / f"{len(os.listdir(away))}-{path.name}")


def _longer(old: Recipe, new: Recipe) -> bool:
    a, b = old.search, new.search
    alike = replace(b, **{name: getattr(a, name) for name in FREE_TO_CHANGE}) == a and old.mint == new.mint
    return alike and b.trials >= a.trials and (b.time_limit or math.inf) >= (a.time_limit or math.inf)


def _anchored(recipe: Recipe, base_dir: Path) -> dict[str, Any]:
    """The recipe's values with relative data paths made absolute: the same words in another folder mean other rows."""
    values = recipe.to_dict()
    values["data"] = _absolute(values["data"], base_dir)
    return values


def _absolute(value: Any, base: Path) -> Any:
    if isinstance(value, Mapping):
        return {key: _absolute(part, base) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_absolute(part, base) for part in value]
    if isinstance(value, str) and value and "://" not in value:
        head = value.partition("*")[0]
        return str((base / value).absolute()) if (base / head).exists() or "*" in value else value
    return value
