"""Step 7, first half: fine-tune every arm with every seed, side by side; scores are those on validation."""

from __future__ import annotations

from typing import Any

from augmint.core.pipeline.arms import finetune_arm, synthetic_score
from augmint.core.pipeline.workers import Workers
from augmint.core.pipeline.workshop import Workshop


def run(shop: Workshop, workers: Workers) -> None:
    """Leaves `finetuned/<arm>/seed-<n>/` with the model and its validation scores."""
    workers.each(finetune_arm, jobs(shop), "fine-tuning")
    workers.each(synthetic_score, [(shop.directory.root, seed) for seed in shop.recipe.compare.seeds[:2]], "minted rows alone")


def jobs(shop: Workshop) -> list[tuple[Any, ...]]:
    """(root, arm, seed) of every fine-tuning, seeds outermost so that a killed run has whole pairs."""
    compare = shop.recipe.compare
    return [(shop.directory.root, arm, seed) for seed in compare.seeds for arm in compare.parsed]
