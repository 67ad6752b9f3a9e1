"""Fine-tuning by `transformers.Trainer`, the same way for every arm and for the judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from augmint.core.evaluation.accuracy import accuracy
from augmint.core.evaluation.labelled_plan import LabelledExamples, LabelledPlan, weighted_loss
from augmint.core.evaluation.plan_trainer import PlanTrainer, run
from augmint.core.interfaces import Evaluation
from augmint.text.models.classifier import Classifier, predict
from augmint.text.training.arguments import training_arguments
from augmint.text.training.rows import TextRows


class ClassifierTrainer(PlanTrainer):
    """Targets are soft, rows have weights."""

    def __init__(self, model: Classifier, arguments: Any, plan: LabelledPlan) -> None:
        self.classifier = model
        super().__init__(model.network, arguments, plan)

    def collate(self, examples: LabelledExamples) -> dict[str, Tensor]:
        return {**self.classifier.inputs(examples.drawn.texts("text")), "labels": examples.targets, "weights": examples.weights}

    def compute_loss(self, model: nn.Module, inputs: Any, return_outputs: bool = False, **kwargs: Any) -> Any:
        output = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
        loss = weighted_loss(output.logits, inputs["labels"], inputs["weights"], self.args.label_smoothing_factor)
        return (loss, output) if return_outputs else loss


def train(
    model: Classifier, plan: LabelledPlan, finetune: Mapping[str, Any], *, pretrained: bool, steps: int, seed: int
) -> float:
    """Train the model in place on the plan; returns seconds."""

    def make(folder: str) -> ClassifierTrainer:
        arguments = training_arguments(finetune, pretrained=pretrained, steps=steps, seed=seed, output_dir=folder)
        return ClassifierTrainer(model, arguments, plan)

    return run(make)


def score(model: Classifier, rows: TextRows) -> Evaluation:
    """See `accuracy`."""
    assert rows.labels is not None
    return accuracy(predict(model, rows.texts["text"]), rows.labels)
