"""What fine-tunings by `transformers.Trainer` share, whatever the task: settings, and a clean desk before and after."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from augmint.core.errors import UserError, nearest

DEFAULT_STEPS = 300
RANGES = {"adam_beta1": (0, 1), "adam_beta2": (0, 1), "label_smoothing_factor": (0, 1), "weight_decay": (0, float("inf")),
          "max_grad_norm": (0, float("inf")), "adam_epsilon": (0, float("inf"))}
"""Least value, and what it must stay below, where Transformers takes anything."""


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
    for name, (low, high) in RANGES.items():
        value = finetune.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value < high):
            below = f" and below {high:g}" if high < float("inf") else ""
            raise UserError(f"{name} is {value!r}.", where=f"finetune.{name}", fix=f"Give a number of at least {low:g}{below}.")
    if int(finetune.get("gradient_accumulation_steps", 1)) != 1:
        raise UserError("gradient_accumulation_steps is not 1.", where="finetune.gradient_accumulation_steps",
                        fix="Raise per_device_train_batch_size instead: arms are compared at equal optimiser steps and batch size.")
    _check_by_transformers(finetune)


def _check_by_transformers(finetune: Mapping[str, Any]) -> None:
    """Raise UserError on what `TrainingArguments` refuses, naming the key that it is."""
    from transformers import Seq2SeqTrainingArguments
    from transformers.trainer_utils import SchedulerType
    from transformers.training_args import OptimizerNames

    for name, names in (("optim", OptimizerNames), ("lr_scheduler_type", SchedulerType)):
        known = [choice.value for choice in names]
        if finetune.get(name) is not None and finetune[name] not in known:
            raise UserError(f"{name} is {finetune[name]!r}.", where=f"finetune.{name}", fix=nearest(str(finetune[name]), known))

    def refusal(values: Mapping[str, Any]) -> str | None:
        try:
            Seq2SeqTrainingArguments(**arguments_of(values, steps=1, seed=0, output_dir=tempfile.gettempdir()))
        except (ValueError, TypeError, ImportError, OSError) as error:
            return str(error).splitlines()[0][:200]
        return None

    why = refusal(finetune)
    if why is not None:
        alone = next((name for name, value in finetune.items() if refusal({name: value}) is not None), None)
        what = f"{alone} is {finetune[alone]!r}, which Transformers refuses: {why}" if alone else f"Transformers refuses it: {why}"
        raise UserError(what, where=f"finetune.{alone}" if alone else "finetune", fix="Give what TrainingArguments takes.")


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
