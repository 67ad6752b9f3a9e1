"""Values of `TrainingArguments` where the recipe is silent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transformers import TrainingArguments

from augmint.core.evaluation.finetuning import arguments_of, on_one_device

DEFAULT_BATCH_SIZE = 32
# A pretrained model is moved gently, a fresh one has to learn everything.
_PRETRAINED = {"learning_rate": 5e-5}
_SCRATCH = {"learning_rate": 1e-3}
_COMMON = {
    "lr_scheduler_type": "cosine",
    "warmup_steps": 0.1,
    "per_device_train_batch_size": DEFAULT_BATCH_SIZE,
    "max_grad_norm": 1.0,
    "weight_decay": 0.01,
}


def training_arguments(
    values: Mapping[str, Any], *, pretrained: bool, steps: int, seed: int, output_dir: str, kind: type = TrainingArguments
) -> Any:
    """The recipe's `finetune` section over augmint's defaults."""
    chosen = {**_COMMON, **(_PRETRAINED if pretrained else _SCRATCH), **values}
    return on_one_device(kind(**arguments_of(chosen, steps=steps, seed=seed, output_dir=output_dir)))
