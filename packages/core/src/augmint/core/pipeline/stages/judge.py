"""Step 2: train the judge on the real rows, and label the unlabelled ones with it."""

from __future__ import annotations

import os
import shutil

from augmint.core.pipeline.workers import Workers
from augmint.core.pipeline.workshop import Workshop


def run(shop: Workshop, workers: Workers) -> None:
    """Leaves `judge/` and, with unlabelled rows, `pseudo-labelled/`."""
    shop.task.fit_judge(shop.directory.judge, workers.executor)
    labelled = shop.task.pseudo_labelled(shop.judge)
    if labelled is None:
        return
    target = shop.directory.pseudo_labelled
    unfinished = target.with_name(f".{target.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    labelled.save_to_disk(str(unfinished))
    os.replace(unfinished, target)
