"""Fine-tuning by `transformers.Trainer`, the same way for every arm and for the judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from augmint.audio.classification.model import ClipClassifier
from augmint.audio.classification.plan import ClassificationPlan, Examples
from augmint.audio.rows import AudioRows
from augmint.audio.training.arguments import training_arguments
from augmint.core.evaluation.plan_trainer import PlanTrainer, run
from augmint.core.interfaces import Evaluation

SCORED_TOGETHER = 64
"""Clips scored at a time."""
_TARGETS = ("labels", "weights")


class ClassifierTrainer(PlanTrainer):
    """Targets are soft, rows have weights."""

    def __init__(self, model: ClipClassifier, arguments: Any, plan: ClassificationPlan) -> None:
        self.classifier = model
        super().__init__(model.network, arguments, plan)

    def collate(self, examples: Examples) -> dict[str, Tensor]:
        return {**self.classifier.inputs(examples.clips), "labels": examples.targets, "weights": examples.weights}

    def compute_loss(self, model: nn.Module, inputs: Any, return_outputs: bool = False, **kwargs: Any) -> Any:
        output = model(**{name: value for name, value in inputs.items() if name not in _TARGETS})
        smoothing = self.args.label_smoothing_factor
        losses = F.cross_entropy(output.logits.float(), inputs["labels"], reduction="none", label_smoothing=smoothing)
        loss = (losses * inputs["weights"]).mean()  # light rows count less
        return (loss, output) if return_outputs else loss


def train(
    model: ClipClassifier, plan: ClassificationPlan, finetune: Mapping[str, Any], *, pretrained: bool, steps: int, seed: int
) -> float:
    """Train the model in place on the plan; returns seconds."""

    def make(folder: str) -> ClassifierTrainer:
        arguments = training_arguments(finetune, pretrained=pretrained, steps=steps, seed=seed, output_dir=folder)
        return ClassifierTrainer(model, arguments, plan)

    return run(make)


def score(model: ClipClassifier, rows: AudioRows) -> Evaluation:
    """Accuracy in per cent (100 or 0 a row), mean cross-entropy, and the mean F1 of the classes in per cent."""
    from sklearn.metrics import f1_score

    labels = rows.labels
    assert labels is not None
    logits = torch.cat([model.logits(batch) for batch in rows.batches(SCORED_TOGETHER)])
    said = logits.argmax(1)
    correct = 100.0 * (said == labels).double()
    f1 = 100.0 * float(f1_score(labels.numpy(), said.numpy(), average="macro", zero_division=0.0))
    return Evaluation(float(correct.mean()), float(F.cross_entropy(logits, labels)), correct.tolist(), {"macro f1": f1})
