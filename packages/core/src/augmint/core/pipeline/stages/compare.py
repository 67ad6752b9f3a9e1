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
    write_json(shop.directory.comparison, {**comparison, **_of_minted(shop)})


def _of_minted(shop: Workshop) -> dict[str, Any]:
    """How many minted rows are near copies of test rows (arms with them would be tested on what they were taught), and how varied
    they are beside as many real ones."""
    if not shop.directory.minted.is_dir() or not len(shop.minted_rows):
        return {}
    task, minted, real = shop.task, shop.minted_rows, shop.task.splits.train
    count = min(len(minted), len(real))
    sides = {"minted": dict(task.diversity(minted, count)), "real": dict(task.diversity(real, count))}
    copies = task.near_copies(minted, shop.test_rows())
    told = {} if copies is None else {"test_copies": {"minted": len(minted), "copies": copies}}
    return {**told, **({"diversity": sides} if all(sides.values()) else {})}
