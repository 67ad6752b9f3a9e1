"""Fine-tuning by `transformers.Trainer`, the same way for every arm and for the judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F

from augmint.core.evaluation.plan_trainer import PlanTrainer, run
from augmint.core.interfaces import Evaluation
from augmint.text.classification.plan import ClassificationPlan, Examples
from augmint.text.models.classifier import Classifier, predict
from augmint.text.training.arguments import training_arguments
from augmint.text.training.rows import TextRows


class ClassifierTrainer(PlanTrainer):
    """Targets are soft, rows have weights."""

    def __init__(self, model: Classifier, arguments: Any, plan: ClassificationPlan) -> None:
        self.classifier = model
        super().__init__(model.network, arguments, plan)

    def collate(self, examples: Examples) -> dict[str, Tensor]:
        return {**self.classifier.inputs(examples.texts), "labels": examples.targets, "weights": examples.weights}

    def compute_loss(self, model: nn.Module, inputs: Any, return_outputs: bool = False, **kwargs: Any) -> Any:
        output = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
        loss = weighted_loss(output.logits, inputs["labels"], inputs["weights"], self.args.label_smoothing_factor)
        return (loss, output) if return_outputs else loss


def weighted_loss(logits: Tensor, targets: Tensor, weights: Tensor, label_smoothing: float) -> Tensor:
    """Mean over rows of the cross-entropy with soft targets, times the row's weight: light rows count less.

    Args:
        logits, targets: float (n, classes).
        weights: float (n,).
        label_smoothing: part of a target that is spread over all classes, [0, 1].

    Example:
        >>> import torch
        >>> one = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.5, 0.5]])
        >>> half, whole = (weighted_loss(*one, torch.tensor([weight]), 0.0).item() for weight in (0.5, 1.0))
        >>> round(half / whole, 3)
        0.5
    """
    losses = F.cross_entropy(logits.float(), targets, reduction="none", label_smoothing=label_smoothing)
    return (losses * weights).mean()


def train(
    model: Classifier, plan: ClassificationPlan, finetune: Mapping[str, Any], *, pretrained: bool, steps: int, seed: int
) -> float:
    """Train the model in place on the plan; returns seconds."""

    def make(folder: str) -> ClassifierTrainer:
        arguments = training_arguments(finetune, pretrained=pretrained, steps=steps, seed=seed, output_dir=folder)
        return ClassifierTrainer(model, arguments, plan)

    return run(make)


def score(model: Classifier, rows: TextRows) -> Evaluation:
    """Accuracy in per cent (100 or 0 a row), mean cross-entropy, and the mean F1 of the classes in per cent."""
    from sklearn.metrics import f1_score

    assert rows.labels is not None
    logits = predict(model, rows.texts["text"])
    said = logits.argmax(1)
    correct = 100.0 * (said == rows.labels).double()
    f1 = 100.0 * float(f1_score(rows.labels.numpy(), said.numpy(), average="macro", zero_division=0.0))
    return Evaluation(float(correct.mean()), float(F.cross_entropy(logits, rows.labels)), correct.tolist(), {"macro f1": f1})
