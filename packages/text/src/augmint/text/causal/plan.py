"""What a language model is trained on, batch by batch."""

from __future__ import annotations

from dataclasses import dataclass

from augmint.text.training.plan import Drawn, TextPlan


@dataclass(frozen=True)
class LabelledTexts:
    """One batch: texts, their labels (0 for all where there are none) and the weight of each text in the loss."""

    texts: list[str]
    labels: list[int]
    weights: list[float]


class LanguagePlan(TextPlan[LabelledTexts]):
    """Texts, with labels or without (see `TextPlan`)."""

    def examples(self, drawn: Drawn) -> LabelledTexts:
        labels = drawn.batch["label"].tolist() if "label" in drawn.batch else [0] * len(drawn.weights)
        return LabelledTexts(drawn.texts("text"), labels, drawn.weights)
