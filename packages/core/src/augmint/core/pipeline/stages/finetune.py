"""Step 7, first half: fine-tune every arm with every seed, side by side; scores are those on validation."""

from __future__ import annotations

from typing import Any

from augmint.core.pipeline.arms import finetune_arm, synthetic_score
from augmint.core.pipeline.twins import lend, same_arms, twins_of
from augmint.core.pipeline.workers import Workers
from augmint.core.pipeline.workshop import Workshop


def run(shop: Workshop, workers: Workers) -> None:
    """Leaves `finetuned/<arm>/seed-<n>/` with the model and its validation scores."""
    workers.each(finetune_arm, jobs(shop), "fine-tuning")
    lend_results(shop)
    workers.each(synthetic_score, [(shop.directory.root, seed) for seed in shop.recipe.compare.seeds[:2]], "minted rows alone")


def jobs(shop: Workshop) -> list[tuple[Any, ...]]:
    """(root, arm, seed) of every fine-tuning, seeds outermost so that a killed run has whole pairs. Arms that train on the same as
    an earlier one are left out."""
    compare, same = shop.recipe.compare, same_arms(shop)
    return [(shop.directory.root, arm, seed) for seed in compare.seeds for arm in compare.parsed if arm.name not in same]


def lend_results(shop: Workshop) -> None:
    """Give arms that were left out the results of those that train on the same."""
    compare, twins = shop.recipe.compare, twins_of(shop)
    for seed in compare.seeds:
        for arm in compare.parsed:
            if twins[arm.name] != arm:
                lend(shop, arm, twins[arm.name], seed)
