"""Fine-tuning by `transformers.Trainer`, the same way for every arm and for the judge."""

from __future__ import annotations

from functools import partial

from torch import Tensor

from augmint.core.evaluation.accuracy import accuracy
from augmint.core.evaluation.labelled_trainer import LabelledTrainer
from augmint.core.evaluation.plan import Drawn
from augmint.core.evaluation.plan_trainer import fit
from augmint.core.interfaces import Evaluation
from augmint.text.models.classifier import Classifier, predict
from augmint.text.training.rows import TextRows


class ClassifierTrainer(LabelledTrainer):
    """Of texts."""

    def inputs_of(self, drawn: Drawn) -> dict[str, Tensor]:
        inputs = self.classifier.inputs(drawn.texts("text"))
        return {name: inputs[name] for name in ("input_ids", "attention_mask")}


train = partial(fit, ClassifierTrainer)
"""Trains a `Classifier` in place on a `LabelledPlan` (see `fit`)."""


def score(model: Classifier, rows: TextRows) -> Evaluation:
    """See `accuracy`."""
    assert rows.labels is not None
    return accuracy(predict(model, rows.texts["text"]), rows.labels)
