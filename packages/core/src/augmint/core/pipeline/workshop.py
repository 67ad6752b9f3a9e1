"""What every process of a run shares: the recipe and the rows on disk, made into a task.

Workers are told the run's folder and open it themselves, so a job is a few plain values and results cannot depend on which
process does it.
"""

from __future__ import annotations

import json
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeVar

from datasets import Dataset, load_from_disk
from torch import nn

from augmint.core.data import open_splits
from augmint.core.interfaces import Discriminator, Generator, Judge, Policy, Task, TaskSettings, get_task
from augmint.core.pipeline.recipe import Recipe, recipe_from_dict
from augmint.core.pipeline.run_dir import RunDirectory
from augmint.core.pipeline.yaml_lines import read_yaml

NetworkT = TypeVar("NetworkT", bound=nn.Module)

THREADS = 1
"""Threads of one fine-tuning, whatever runs beside it: other counts round sums differently."""


def settings_of(recipe: Recipe) -> TaskSettings:
    """The part of the recipe that a task needs."""
    return TaskSettings(
        columns=recipe.data.columns, model=recipe.model, generator=recipe.generator, finetune=recipe.finetune, judge=recipe.judge,
        seed=recipe.seed, threads=THREADS,
    )


class Workshop:
    """A run's task, networks and rows, opened when first used.

    The test split is opened by `test_rows` alone, which `compare` alone calls.
    """

    def __init__(self, directory: RunDirectory) -> None:
        self.directory = directory

    @cached_property
    def recipe(self) -> Recipe:
        values, lines = read_yaml(self.directory.recipe.read_text(encoding="utf-8"), str(self.directory.recipe))
        return recipe_from_dict(values, lines)

    @cached_property
    def task(self) -> Task:
        return get_task(self.recipe.task)(open_splits(self.directory.data), settings_of(self.recipe))

    @cached_property
    def judge(self) -> Judge:
        return self.task.load_judge(self.directory.judge)

    @cached_property
    def networks(self) -> tuple[Generator, Discriminator]:
        generator, discriminator = self.task.load_networks(self.directory.generator, self.directory.discriminator)
        return _frozen(generator), _frozen(discriminator)

    @property
    def policy(self) -> Policy:
        return self.task.load_policy(json.loads(self.directory.policy.read_text()))

    @cached_property
    def pseudo_labelled(self) -> Dataset | None:
        if not (self.directory.pseudo_labelled / "dataset_info.json").is_file():
            return None
        return load_from_disk(str(self.directory.pseudo_labelled))

    def test_rows(self) -> Dataset:
        test = open_splits(self.directory.data, with_test=True).test
        assert test is not None
        return test


def _frozen(network: NetworkT) -> NetworkT:
    return network.eval().requires_grad_(False)


@lru_cache(maxsize=2)
def workshop(root: Path) -> Workshop:
    """This process's workshop for a run's folder."""
    return Workshop(RunDirectory(root))
