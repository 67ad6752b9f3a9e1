"""Fine-tuning by `transformers.Trainer`, the same way for every arm and for the judge."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from augmint.audio.classification.model import ClipClassifier
from augmint.audio.rows import AudioRows
from augmint.core.evaluation.accuracy import accuracy
from augmint.core.evaluation.labelled_trainer import LabelledTrainer
from augmint.core.evaluation.plan import Drawn
from augmint.core.evaluation.plan_trainer import fit
from augmint.core.interfaces import Evaluation

SCORED_TOGETHER = 64
"""Clips scored at a time."""


class ClassifierTrainer(LabelledTrainer):
    """Of clips."""

    def inputs_of(self, drawn: Drawn) -> dict[str, Tensor]:
        inputs: dict[str, Tensor] = self.classifier.inputs(drawn.batch)
        return inputs


train = partial(fit, ClassifierTrainer)
"""Trains a `ClipClassifier` in place on a `LabelledPlan` (see `fit`)."""


def score(model: ClipClassifier, rows: AudioRows) -> Evaluation:
    """See `accuracy`."""
    assert rows.labels is not None
    return accuracy(torch.cat([model.logits(batch) for batch in rows.batches(SCORED_TOGETHER)]), rows.labels)
