"""`transformers.Trainer` of classifiers over a `LabelledPlan`."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from torch import Tensor, nn

from augmint.core.evaluation.labelled_plan import LabelledExamples, LabelledPlan, weighted_loss
from augmint.core.evaluation.plan import Drawn
from augmint.core.evaluation.plan_trainer import PlanTrainer

_TARGETS = ("labels", "weights")


class LabelledTrainer(PlanTrainer):
    """Targets are soft, rows have weights. Subclasses say what the network is given of the rows.

    Args:
        model: its module is its `network`.
        arguments: `TrainingArguments`.
        plan: what is trained on.
    """

    def __init__(self, model: Any, arguments: Any, plan: LabelledPlan) -> None:
        self.classifier = model
        super().__init__(model.network, arguments, plan)

    @abstractmethod
    def inputs_of(self, drawn: Drawn) -> dict[str, Tensor]:
        """The network's arguments for some rows."""

    def collate(self, examples: LabelledExamples) -> dict[str, Tensor]:
        return {**self.inputs_of(examples.drawn), "labels": examples.targets, "weights": examples.weights}

    def compute_loss(self, model: nn.Module, inputs: Any, return_outputs: bool = False, **kwargs: Any) -> Any:
        output = model(**{name: value for name, value in inputs.items() if name not in _TARGETS})
        loss = weighted_loss(output.logits, inputs["labels"], inputs["weights"], self.args.label_smoothing_factor)
        return (loss, output) if return_outputs else loss
