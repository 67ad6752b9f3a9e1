"""Step 1: load, check and split the rows; keep them in the run's folder."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from augmint.core.adversarial.runtime import trackers
from augmint.core.data import LoadedData, load_splits, open_splits, save_splits
from augmint.core.errors import UserError, nearest
from augmint.core.evaluation.arms import PSEUDO_LABELLED, RESYNTHESISED
from augmint.core.evaluation.quality import FIGURES
from augmint.core.interfaces import Task, get_task
from augmint.core.pipeline.recipe import Recipe
from augmint.core.pipeline.run_dir import RunDirectory, write_json
from augmint.core.pipeline.trials import fidelities_of
from augmint.core.pipeline.workshop import settings_of


def load(recipe: Recipe, base_dir: Path | None = None) -> LoadedData:
    """The recipe's rows, and everything about the recipe checked that can be checked before training.

    Raises:
        UserError: on anything the user can mend.
    """
    task_class = get_task(recipe.task)
    loaded = load_splits(recipe.data, task_class, seed=recipe.seed, base_dir=base_dir)
    _check(task_class(loaded.splits, settings_of(recipe)), recipe)
    return loaded


def check(recipe: Recipe, directory: RunDirectory) -> None:
    """As `load` checks, over the rows that a run has kept. Raises UserError on anything the user can mend."""
    _check(get_task(recipe.task)(open_splits(directory.data), settings_of(recipe)), recipe)


def _check(task: Task, recipe: Recipe) -> None:
    if task.codec.label_names is None and any(arm.extra == PSEUDO_LABELLED for arm in recipe.compare.parsed):
        raise UserError(
            f"{task.name} has no labels, so nothing can be pseudo-labelled.", where="compare.arms", fix="Leave that arm out."
        )
    if task.gentlest is None and any(arm.extra == RESYNTHESISED for arm in recipe.compare.parsed):
        raise UserError(
            f"The generator of {task.name} makes rows out of nothing, so there is no row to resynthesise.",
            where="compare.arms",
            fix="Leave that arm out.",
        )
    if task.codec.label_names is None:
        recipe.mint.check_without_classes()
    _check_names(task, recipe)
    task.check_settings()
    for dimension in task.search_space().dimensions:
        if dimension.name == "best_of" and any(recipe.mint.shard_size % int(choice) for choice in dimension.choices):
            raise UserError(
                f"{recipe.mint.shard_size} candidates cannot be cut into groups of {', '.join(dimension.choices)}.",
                where="mint.shard_size",
                fix="Give a multiple of 16.",
            )


def _check_names(task: Task, recipe: Recipe) -> None:
    """Names that are looked up only when a stage comes to them."""
    trackers(recipe.adversarial.get("report_to", "none"))
    for name in recipe.search.fidelities or ():
        if name not in fidelities_of(task):
            raise UserError(f"There is no fidelity {name!r}.", where="search.fidelities", fix=nearest(name, fidelities_of(task)))
    metric = recipe.adversarial.get("metric_for_best_model")
    if metric is not None and metric not in FIGURES:
        raise UserError(
            f"No figure of a generator is called {metric!r}.",
            where="adversarial.metric_for_best_model",
            fix=nearest(metric, FIGURES),
        )


def describe(loaded: LoadedData) -> dict[str, Any]:
    """JSON values: sizes, classes, skipped rows, what rows came in, and notices."""
    return {
        "sizes": dict(loaded.sizes),
        "columns": {name: str(feature) for name, feature in loaded.splits.train.features.items()},
        "class_counts": {split: dict(counts) for split, counts in loaded.class_counts.items()},
        "skipped": {split: [asdict(problem) for problem in found] for split, found in loaded.skipped.items()},
        "duplicates": dict(loaded.duplicates),
        "facts": {split: dict(found) for split, found in loaded.facts.items()},
        "notices": list(loaded.notices),
    }


def run(recipe: Recipe, directory: RunDirectory, base_dir: Path | None) -> None:
    """Load and keep the rows."""
    loaded = load(recipe, base_dir)
    save_splits(loaded.splits, directory.data)
    write_json(directory.inspection, describe(loaded))
