"""What fine-tunings by `transformers.Trainer` share, whatever the task: settings, and a clean desk before and after."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from augmint.core.errors import UserError

DEFAULT_STEPS = 300


def steps_of(finetune: Mapping[str, Any], rows: int, default_batch_size: int) -> int:
    """Optimiser steps of one fine-tuning: `max_steps`, or `num_train_epochs` over the real training rows, or 300."""
    if finetune.get("max_steps"):
        return int(finetune["max_steps"])
    if finetune.get("num_train_epochs"):
        return max(1, round(float(finetune["num_train_epochs"]) * rows / batch_size_of(finetune, default_batch_size)))
    return DEFAULT_STEPS


def batch_size_of(finetune: Mapping[str, Any], default: int) -> int:
    """Examples a step on one device."""
    return int(finetune.get("per_device_train_batch_size", default))


def check_finetune(finetune: Mapping[str, Any]) -> None:
    """Raise UserError on values that `TrainingArguments` would take and training would then die of."""
    positive = ("max_steps", "per_device_train_batch_size", "num_train_epochs", "learning_rate")
    for name in positive:
        value = finetune.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf")):
            raise UserError(f"{name} is {value!r}.", where=f"finetune.{name}", fix="Give a number above 0.")
    if int(finetune.get("gradient_accumulation_steps", 1)) != 1:
        raise UserError("gradient_accumulation_steps is not 1.", where="finetune.gradient_accumulation_steps",
                        fix="Raise per_device_train_batch_size instead: arms are compared at equal optimiser steps and batch size.")


def arguments_of(chosen: Mapping[str, Any], *, steps: int, seed: int, output_dir: str) -> dict[str, Any]:
    """Values of `TrainingArguments`: what was chosen, and what all arms must have alike. `max_steps` is their shared number."""
    values = {name: value for name, value in chosen.items() if name != "num_train_epochs"}
    fixed = {"output_dir": output_dir, "max_steps": steps, "seed": seed % 2**32, "data_seed": seed % 2**32, "save_strategy": "no",
             "eval_strategy": "no", "logging_strategy": "no", "report_to": "none", "disable_tqdm": True,
             "remove_unused_columns": False, "label_names": ["labels"], "dataloader_pin_memory": torch.cuda.is_available()}
    return {**values, **fixed}


def on_one_device(arguments: Any) -> Any:
    """One fine-tuning, one device: DataParallel would multiply the batch, and cut each of the plan's batches in two."""
    if arguments.n_gpu > 1:
        arguments._n_gpu = 1
    return arguments


@contextmanager
def isolated_randomness() -> Iterator[None]:
    """transformers.Trainer seeds the global generators; this puts them back as they were."""
    python, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    with torch.random.fork_rng():
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy_state)  # noqa: NPY002


def temporary_output() -> tempfile.TemporaryDirectory[str]:
    """transformers.Trainer wants a folder even when nothing is kept."""
    return tempfile.TemporaryDirectory(prefix="augmint-finetune-")
