"""Fine-tuning by `transformers.Trainer`, the same way for every arm and for the judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from augmint.audio.classification.model import ClipClassifier
from augmint.audio.rows import AudioRows
from augmint.audio.training.arguments import training_arguments
from augmint.core.evaluation.accuracy import accuracy
from augmint.core.evaluation.labelled_plan import LabelledExamples, LabelledPlan, weighted_loss
from augmint.core.evaluation.plan_trainer import PlanTrainer, run
from augmint.core.interfaces import Evaluation

SCORED_TOGETHER = 64
"""Clips scored at a time."""
_TARGETS = ("labels", "weights")


class ClassifierTrainer(PlanTrainer):
    """Targets are soft, rows have weights."""

    def __init__(self, model: ClipClassifier, arguments: Any, plan: LabelledPlan) -> None:
        self.classifier = model
        super().__init__(model.network, arguments, plan)

    def collate(self, examples: LabelledExamples) -> dict[str, Tensor]:
        return {**self.classifier.inputs(examples.drawn.batch), "labels": examples.targets, "weights": examples.weights}

    def compute_loss(self, model: nn.Module, inputs: Any, return_outputs: bool = False, **kwargs: Any) -> Any:
        output = model(**{name: value for name, value in inputs.items() if name not in _TARGETS})
        loss = weighted_loss(output.logits, inputs["labels"], inputs["weights"], self.args.label_smoothing_factor)
        return (loss, output) if return_outputs else loss


def train(
    model: ClipClassifier, plan: LabelledPlan, finetune: Mapping[str, Any], *, pretrained: bool, steps: int, seed: int
) -> float:
    """Train the model in place on the plan; returns seconds."""

    def make(folder: str) -> ClassifierTrainer:
        arguments = training_arguments(finetune, pretrained=pretrained, steps=steps, seed=seed, output_dir=folder)
        return ClassifierTrainer(model, arguments, plan)

    return run(make)


def score(model: ClipClassifier, rows: AudioRows) -> Evaluation:
    """See `accuracy`."""
    assert rows.labels is not None
    return accuracy(torch.cat([model.logits(batch) for batch in rows.batches(SCORED_TOGETHER)]), rows.labels)
