"""Step 7, second half: the test split, read here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augmint.core.evaluation import build_comparison
from augmint.core.pipeline.arms import read_result, test_arm
from augmint.core.pipeline.run_dir import write_json
from augmint.core.pipeline.stages.finetune import jobs, lend_results
from augmint.core.pipeline.twins import same_arms
from augmint.core.pipeline.workers import Workers
from augmint.core.pipeline.workshop import Workshop


def run(shop: Workshop, workers: Workers, cost: Mapping[str, float]) -> None:
    """Leaves `comparison.json`."""
    workers.each(test_arm, jobs(shop), "test")
    lend_results(shop)
    compare, task = shop.recipe.compare, shop.task
    results = {arm.name: {seed: read_result(shop.directory.root, arm, seed) for seed in compare.seeds} for arm in compare.parsed}
    folders = {arm.name: [shop.directory.finetuned(arm.name, seed) for seed in compare.seeds] for arm in compare.parsed}
    comparison = build_comparison(
        task.name,
        task.metric,
        task.steps,
        results,
        same=same_arms(shop),
        cost=cost,
        outputs=task.output_figures(folders, shop.test_rows()),
        seed=shop.recipe.seed,
    )
    write_json(shop.directory.comparison, {**comparison, **_test_copies(shop)})


def _test_copies(shop: Workshop) -> dict[str, Any]:
    """How many minted rows are near copies of test rows: those arms would be tested on what they were taught."""
    if not shop.directory.minted.is_dir() or not len(shop.minted_rows):
        return {}
    found = shop.task.near_copies(shop.minted_rows, shop.test_rows())
    return {} if found is None else {"test_copies": {"minted": len(shop.minted_rows), "copies": found}}
