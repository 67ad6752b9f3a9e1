"""Fine-tuning and scoring a causal language model, the same way for every arm."""

from __future__ import annotations

from functools import partial

from augmint.core.evaluation.plan_trainer import fit
from augmint.core.interfaces import Evaluation
from augmint.text.causal.likelihood import LanguageModelTrainer
from augmint.text.generation.metric import perplexity_evaluation
from augmint.text.models.language_model import LabelLanguageModel, losses, scored_characters
from augmint.text.training.rows import TextRows

train = partial(fit, LanguageModelTrainer)
"""Trains a `LabelLanguageModel` in place on a `LanguagePlan` (see `fit`)."""


def score(model: LabelLanguageModel, rows: TextRows) -> Evaluation:
    """Perplexity of real texts, up to the length that the model reads."""
    texts = rows.texts["text"]
    cost, tokens = losses(model, texts, [0] * len(texts))
    return perplexity_evaluation(cost, tokens, scored_characters(model, texts))
