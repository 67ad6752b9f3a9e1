"""The judge's settings, and what a recipe's silence means for the fine-tuning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from augmint.core.errors import UserError, nearest

DEFAULT_STEPS = 300


@dataclass(frozen=True)
class JudgeSettings:
    """The recipe's `judge` section.

    Attributes:
        members: classifiers averaged, at least 1.
        rounds: times the unlabelled rows are labelled anew by an ensemble trained on the last round's labels; 0 to 10.
        min_confidence: least averaged probability of a pseudo-label, [0, 1); down to half of it for classes that are rarely
            predicted with confidence.
        pseudo_share: part of each batch that is pseudo-labelled in rounds after the first, [0, 1).
    """

    members: int = 3
    rounds: int = 2
    min_confidence: float = 0.8
    pseudo_share: float = 0.5

    def __post_init__(self) -> None:
        for name, low, high in (("members", 1, 20), ("rounds", 0, 10), ("min_confidence", 0, 0.9999), ("pseudo_share", 0, 0.95)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
                raise UserError(f"{name} is {value!r}.", where=f"judge.{name}", fix=f"Give a number in [{low}, {high}].")
        if not isinstance(self.members, int) or not isinstance(self.rounds, int):
            raise UserError("members and rounds are whole numbers.", where="judge", fix="Write them without a decimal point.")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> JudgeSettings:
        known = {field.name for field in fields(cls)}
        for name in values:
            if name not in known:
                raise UserError(f"{name!r} is not a judge setting.", where=f"judge.{name}", fix=nearest(name, known))
        return cls(**values)


def steps_of(finetune: Mapping[str, Any], rows: int) -> int:
    """Optimiser steps of one fine-tuning: `max_steps`, or `num_train_epochs` over the real training rows, or 300."""
    if finetune.get("max_steps"):
        return int(finetune["max_steps"])
    if finetune.get("num_train_epochs"):
        return max(1, round(float(finetune["num_train_epochs"]) * rows / batch_size_of(finetune)))
    return DEFAULT_STEPS


def batch_size_of(finetune: Mapping[str, Any]) -> int:
    """Examples a step on one device."""
    return int(finetune.get("per_device_train_batch_size", 128))


def check_finetune(finetune: Mapping[str, Any]) -> None:
    """Raise UserError on values that `TrainingArguments` would take and training would then die of."""
    positive = ("max_steps", "per_device_train_batch_size", "num_train_epochs", "learning_rate")
    for name in positive:
        value = finetune.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf")):
            raise UserError(f"{name} is {value!r}.", where=f"finetune.{name}", fix="Give a number above 0.")
    if int(finetune.get("gradient_accumulation_steps", 1)) != 1:
        raise UserError(
            "gradient_accumulation_steps is not 1.",
            where="finetune.gradient_accumulation_steps",
            fix="Raise per_device_train_batch_size instead: arms are compared at equal optimiser steps and batch size.",
        )
