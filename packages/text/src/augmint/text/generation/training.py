"""Fine-tuning and scoring a causal language model, the same way for every arm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augmint.core.evaluation.plan_trainer import run
from augmint.core.interfaces import Evaluation
from augmint.text.causal.likelihood import LanguageModelTrainer
from augmint.text.causal.plan import LanguagePlan
from augmint.text.generation.metric import perplexity_evaluation
from augmint.text.models.language_model import LabelLanguageModel, losses, scored_characters
from augmint.text.training.arguments import training_arguments
from augmint.text.training.rows import TextRows


def train(
    model: LabelLanguageModel, plan: LanguagePlan, finetune: Mapping[str, Any], *, pretrained: bool, steps: int, seed: int
) -> float:
    """Train the model in place on the plan; returns seconds."""

    def make(folder: str) -> LanguageModelTrainer:
        arguments = training_arguments(finetune, pretrained=pretrained, steps=steps, seed=seed, output_dir=folder)
        return LanguageModelTrainer(model, arguments, plan)

    return run(make)


def score(model: LabelLanguageModel, rows: TextRows) -> Evaluation:
    """Perplexity of real texts, up to the length that the model reads."""
    texts = rows.texts["text"]
    cost, tokens = losses(model, texts, [0] * len(texts))
    return perplexity_evaluation(cost, tokens, scored_characters(model, texts))
