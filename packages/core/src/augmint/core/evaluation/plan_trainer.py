"""`transformers.Trainer` over a plan: batches come whole and in the plan's order."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor, nn
from torch.utils.data import SequentialSampler
from transformers import PrinterCallback, ProgressCallback, Seq2SeqTrainer, Trainer

from augmint.core.evaluation.finetuning import isolated_randomness, temporary_output
from augmint.core.evaluation.plan import RowPlan
from augmint.core.evaluation.training_defaults import DEFAULTS, TrainingDefaults
from augmint.core.progress import AdvanceCallback


class _Planned:
    """What the trainers below share. Subclasses say in `collate` what the network is fed with."""

    def __init__(self, network: nn.Module, arguments: Any, plan: RowPlan[Any]) -> None:
        super().__init__(model=network, args=arguments, train_dataset=plan, data_collator=self.collate)  # type: ignore[call-arg]
        for callback in (PrinterCallback, ProgressCallback):
            self.remove_callback(callback)  # type: ignore[attr-defined]
        self.add_callback(AdvanceCallback())  # type: ignore[attr-defined]

    def collate(self, examples: Any) -> dict[str, Tensor]:
        raise NotImplementedError

    def _get_train_sampler(self, *args: Any, **kwargs: Any) -> SequentialSampler:
        return SequentialSampler(self.train_dataset)  # type: ignore[attr-defined]


class PlanTrainer(_Planned, Trainer):  # type: ignore[misc]
    """For most models."""


class Seq2SeqPlanTrainer(_Planned, Seq2SeqTrainer):  # type: ignore[misc]
    """For models that write."""


def fit(
    trainer: Callable[..., Any],
    model: Any,
    plan: RowPlan[Any],
    finetune: Mapping[str, Any],
    *,
    pretrained: bool,
    steps: int,
    seed: int,
    defaults: TrainingDefaults = DEFAULTS,
    kind: type | None = None,
    callbacks: Sequence[Any] = (),
) -> float:
    """Train a model in place, in a folder that is thrown away and without touching the caller's random state; returns seconds.

    Args:
        trainer: (model, arguments, plan) -> one of the trainers above.
        model, plan: what learns, and from what.
        finetune: values of `TrainingArguments` that differ from `defaults`.
        pretrained: whether the model is moved gently, or has to learn everything.
        steps: optimiser steps.
        seed: of dropout.
        defaults: where `finetune` is silent.
        kind: of the arguments, where the trainer wants another than `TrainingArguments`.
        callbacks: of Transformers'.
    """
    started = time.perf_counter()
    with isolated_randomness(), temporary_output() as folder:
        arguments = defaults.arguments(finetune, pretrained=pretrained, steps=steps, seed=seed, output_dir=folder, kind=kind)
        made = trainer(model, arguments, plan)
        for callback in callbacks:
            made.add_callback(callback)
        made.train()
    return time.perf_counter() - started
