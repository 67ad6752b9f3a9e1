"""Step 7, first half: fine-tune every arm with every seed, side by side; scores are those on validation."""

from __future__ import annotations

from concurrent.futures import as_completed

from tqdm.auto import tqdm

from augmint.core.pipeline.arms import finetune_arm, test_arm
from augmint.core.pipeline.workers import workers
from augmint.core.pipeline.workshop import Workshop


def run(shop: Workshop) -> None:
    """Leaves `finetuned/<arm>/seed-<n>/` with the model and its validation scores."""
    for_each_arm(shop, finetune_arm, "fine-tuning")


def for_each_arm(shop: Workshop, work: type | object, what: str) -> None:
    """Call `work(root, arm, seed)` for every arm and seed, seeds outermost so that a killed run has whole pairs."""
    assert work in (finetune_arm, test_arm)
    compare = shop.recipe.compare
    jobs = [(arm, seed) for seed in compare.seeds for arm in compare.parsed]
    with workers(shop.recipe.search, len(jobs)) as pool, tqdm(total=len(jobs), desc=what, unit="run") as bar:
        for future in as_completed([pool.submit(work, shop.directory.root, arm, seed) for arm, seed in jobs]):  # type: ignore[arg-type]
            future.result()
            bar.update()
