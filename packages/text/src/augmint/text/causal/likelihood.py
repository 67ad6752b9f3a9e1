"""Teaching a language model by likelihood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from transformers import TrainerCallback

from augmint.core.evaluation.plan_trainer import PlanTrainer, fit
from augmint.core.evaluation.token_losses import token_losses
from augmint.core.minting.torch_state import evaluating
from augmint.text.causal.plan import LabelledTexts, LanguagePlan
from augmint.text.models.language_model import IGNORED, LabelLanguageModel, perplexity
from augmint.text.training.rows import TextRows

LOOKS = 10
"""How often the held-out texts are looked at while training."""


def train_language_model(
    model: LabelLanguageModel,
    rows: TextRows,
    finetune: Mapping[str, Any],
    *,
    pretrained: bool,
    steps: int,
    seed: int,
    held: TextRows | None = None,
) -> None:
    """Train in place.

    Args:
        model: trained in place, and left in evaluation mode.
        rows: texts, with labels if the model knows any.
        finetune: values of `TrainingArguments`, `per_device_train_batch_size` among them.
        pretrained: whether the model is; decides over defaults.
        steps: optimiser steps.
        seed: keys order and dropout.
        held: where given, the weights that suit these texts best of ten looks are kept: on few rows a language model soon knows
            them by heart, and what it then writes are copies.
    """
    plan = LanguagePlan(rows, batch_size=int(finetune["per_device_train_batch_size"]), steps=steps, seed=seed)
    best = _Best(model, held, max(1, steps // LOOKS)) if held is not None else None
    looks = [best] if best is not None else []
    fit(LanguageModelTrainer, model, plan, finetune, pretrained=pretrained, steps=steps, seed=seed, callbacks=looks)
    if best is not None:
        best.restore()
    model.network.eval()


class LanguageModelTrainer(PlanTrainer):
    """Likelihood of texts, under their labels if they have any; texts have weights."""

    def __init__(self, model: LabelLanguageModel, arguments: Any, plan: LanguagePlan) -> None:
        self.language_model = model
        super().__init__(model.network, arguments, plan)

    def collate(self, examples: LabelledTexts) -> dict[str, Tensor]:
        inputs = self.language_model.inputs(examples.texts, examples.labels)
        return {**inputs, "weights": torch.tensor(examples.weights)}

    def compute_loss(self, model: nn.Module, inputs: Any, return_outputs: bool = False, **kwargs: Any) -> Any:
        output = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
        aims = inputs["labels"][:, 1:]
        losses = token_losses(output.logits[:, :-1], aims, self.args.label_smoothing_factor)
        # Divided by all tokens, so that light texts count less.
        loss = (losses * inputs["weights"][:, None]).sum() / (aims != IGNORED).sum().clamp(min=1)
        return (loss, output) if return_outputs else loss


class _Best(TrainerCallback):  # type: ignore[misc]
    """Remembers the weights with the least perplexity on held-out texts."""

    def __init__(self, model: LabelLanguageModel, held: TextRows, every: int) -> None:
        self.model, self.held, self.every = model, held, every
        self.least = float("inf")
        self.weights: dict[str, Tensor] = {}

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step % self.every and state.global_step != state.max_steps:
            return
        with evaluating(self.model.network):
            found = perplexity(self.model, self.held.texts["text"], self.held.label_list)
        if found < self.least:
            self.least = found
            self.weights = {name: tensor.detach().clone() for name, tensor in self.model.network.state_dict().items()}

    @torch.no_grad()
    def restore(self) -> None:
        """Put the remembered weights into the model."""
        if self.weights:
            self.model.network.load_state_dict(self.weights)
