"""Step 1: load, check and split the rows; keep them in the run's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from augmint.core.data import LoadedData, load_splits, open_splits, save_splits
from augmint.core.interfaces import get_task
from augmint.core.pipeline.recipe import Recipe
from augmint.core.pipeline.run_dir import RunDirectory, write_json
from augmint.core.pipeline.workshop import settings_of


def load(recipe: Recipe, base_dir: Path | None = None) -> LoadedData:
    """The recipe's rows, and everything about the recipe checked that can be checked before training.

    Raises:
        UserError: on anything the user can mend.
    """
    task_class = get_task(recipe.task)
    loaded = load_splits(recipe.data, task_class, seed=recipe.seed, base_dir=base_dir)
    task_class(loaded.splits, settings_of(recipe)).check_settings()
    return loaded


def check(recipe: Recipe, directory: RunDirectory) -> None:
    """As `load` checks, over the rows that a run has kept. Raises UserError on anything the user can mend."""
    get_task(recipe.task)(open_splits(directory.data), settings_of(recipe)).check_settings()


def describe(loaded: LoadedData) -> dict[str, Any]:
    """JSON values: sizes, classes, skipped rows and notices."""
    return {
        "sizes": dict(loaded.sizes),
        "columns": {name: str(feature) for name, feature in loaded.splits.train.features.items()},
        "class_counts": {split: dict(counts) for split, counts in loaded.class_counts.items()},
        "skipped": {
            split: [{"row": problem.row, "reason": problem.reason} for problem in found] for split, found in loaded.skipped.items()
        },
        "duplicates": dict(loaded.duplicates),
        "notices": list(loaded.notices),
    }


def run(recipe: Recipe, directory: RunDirectory, base_dir: Path | None) -> None:
    """Load and keep the rows."""
    loaded = load(recipe, base_dir)
    save_splits(loaded.splits, directory.data)
    write_json(directory.inspection, describe(loaded))
