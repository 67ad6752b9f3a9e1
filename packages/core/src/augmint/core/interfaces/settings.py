"""What a task is made of: the user's rows, and what the recipe says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from datasets import Dataset


@dataclass(frozen=True)
class Splits:
    """The user's rows. `test` is None wherever it must not be seen: search and everything before `compare`."""

    train: Dataset
    validation: Dataset
    test: Dataset | None = None
    unlabeled: Dataset | None = None


@dataclass(frozen=True)
class TaskSettings:
    """What a task needs of the recipe.

    Attributes:
        columns: role -> column name; roles left out take the task's defaults.
        model: the recipe's `model` section: `name_or_path`, or `scratch` with a `model_type` and config values.
        generator: the recipe's `generator` section: `name` and config values; {} takes the task's default.
        finetune: the recipe's `finetune` section: `transformers.TrainingArguments` keys.
        judge: the recipe's `judge` section: how the label judge is trained.
        policy: the recipe's `policy` section: what the policy's ops need beside the rows.
        seed: the run's seed.
        threads: torch threads of one job, so that results do not depend on how many jobs run beside it.
        exclude: dimensions of the policy space that the user rules out.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    model: Mapping[str, Any] = field(default_factory=dict)
    generator: Mapping[str, Any] = field(default_factory=dict)
    finetune: Mapping[str, Any] = field(default_factory=dict)
    judge: Mapping[str, Any] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    threads: int = 1
    exclude: tuple[str, ...] = ()
