"""What a language model is trained on, batch by batch."""

from __future__ import annotations

from dataclasses import dataclass

from augmint.core.evaluation.plan import Drawn, RowPlan


@dataclass(frozen=True)
class LabelledTexts:
    """One batch: texts, their labels (0 for all where there are none) and the weight of each text in the loss."""

    texts: list[str]
    labels: list[int]
    weights: list[float]


class LanguagePlan(RowPlan[LabelledTexts]):
    """Texts, with labels or without (see `RowPlan`)."""

    def examples(self, drawn: Drawn) -> LabelledTexts:
        labels = drawn.batch["label"].tolist() if "label" in drawn.batch else [0] * len(drawn.weights)
        return LabelledTexts(drawn.texts("text"), labels, drawn.weights)
