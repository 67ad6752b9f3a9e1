"""Step 2: train the judge on the real rows, and label the unlabelled ones with it."""

from __future__ import annotations

import os
import shutil

from augmint.core.errors import UserError
from augmint.core.pipeline.workers import Workers
from augmint.core.pipeline.workshop import Workshop

SEEN = 64
"""Training rows that show whether the judge has become a judge."""


def run(shop: Workshop, workers: Workers) -> None:
    """Leaves `judge/` and, with unlabelled rows, `pseudo-labelled/`."""
    shop.task.fit_judge(shop.directory.judge, workers.executor)
    _check_finite(shop)
    labelled = shop.task.pseudo_labelled(shop.judge)
    if labelled is None:
        return
    target = shop.directory.pseudo_labelled
    unfinished = target.with_name(f".{target.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    labelled.save_to_disk(str(unfinished))
    os.replace(unfinished, target)


def _check_finite(shop: Workshop) -> None:
    """Raise UserError where the judge's training ended in NaN: the recipe's `finetune` settings are the judge's too."""
    train = shop.task.splits.train
    rows = shop.task.codec.encode(train.select(range(min(SEEN, len(train)))))
    if not bool(shop.judge.embed(rows).isfinite().all()):
        raise UserError(
            "The judge's training ended in values that are not numbers.",
            where="finetune.learning_rate",
            fix="Give a lower one; the models would come to the same end.",
        )
