"""What every process of a run shares: the recipe and the rows on disk, made into a task.

Workers are told the run's folder and open it themselves, so a job is a few plain values and results cannot depend on which
process does it.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from datasets import Dataset, load_from_disk
from filelock import FileLock
from torch import Tensor, nn

from augmint.core.data import open_splits
from augmint.core.interfaces import Discriminator, Generator, Judge, MintSettings, Policy, PolicySpace, Task, TaskSettings, get_task
from augmint.core.minting import MintParts, MintPlan, class_weakness, mint_rows, minted_only, open_minted, plan_mint
from augmint.core.minting.torch_state import accelerator
from augmint.core.pipeline.recipe import Recipe, recipe_from_dict
from augmint.core.pipeline.run_dir import RunDirectory, read_json
from augmint.core.pipeline.yaml_lines import read_yaml
from augmint.core.progress import no_prints, quiet_libraries

NetworkT = TypeVar("NetworkT", bound=nn.Module)

THREADS = 1
"""Threads of one fine-tuning, whatever runs beside it: other counts round sums differently."""


def settings_of(recipe: Recipe) -> TaskSettings:
    """The part of the recipe that a task needs."""
    return TaskSettings(
        columns=recipe.data.columns,
        model=recipe.model,
        generator=recipe.generator,
        finetune=recipe.finetune,
        judge=recipe.judge,
        policy=recipe.policy,
        seed=recipe.seed,
        threads=THREADS,
        exclude=recipe.search.exclude,
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
    def space(self) -> PolicySpace:
        """Where the search looks."""
        return self.task.search_space()

    @cached_property
    def judge(self) -> Judge:
        return self.task.load_judge(self.directory.judge).to(accelerator())

    @cached_property
    def networks(self) -> tuple[Generator, Discriminator]:
        with no_prints():
            generator, discriminator = self.task.load_networks(self.directory.generator, self.directory.discriminator)
        device = accelerator()
        return _frozen(generator.to(device)), _frozen(discriminator.to(device))

    @cached_property
    def critic(self) -> Discriminator | None:
        """The discriminator where its scores say something: not where training ended before its turn came."""
        return self.networks[1] if read_json(self.directory.adversarial).get("discriminator_trained", True) else None

    @property
    def policy(self) -> Policy:
        return self.task.load_policy(json.loads(self.directory.policy.read_text()))

    @cached_property
    def pseudo_labelled(self) -> Dataset | None:
        if not (self.directory.pseudo_labelled / "dataset_info.json").is_file():
            return None
        return load_from_disk(str(self.directory.pseudo_labelled))

    @cached_property
    def mint_parts(self) -> MintParts:
        """What minting needs, less the policy."""
        task = self.task
        return MintParts(task.codec, task.splits.train, self.networks[0], None, self.critic, self.judge, task.conditions())

    def mint_plan(self, policy: Policy, settings: MintSettings, identity: str = "") -> MintPlan:
        """The plan under `settings`; weak classes are those the judge misses on the validation rows."""
        parts = replace(self.mint_parts, policy=policy)
        return plan_mint(
            self.recipe.mint, parts, seed=self.recipe.seed, identity=identity, settings=settings, weakness=self.weakness
        )

    @cached_property
    def weakness(self) -> np.ndarray | None:
        """Per class, how badly the judge recognises it; None where the task has no classes."""
        if self.task.codec.label_names is None:
            return None
        return class_weakness(self.judge, self.task.codec, self.task.splits.validation)

    @cached_property
    def real_features(self) -> Tensor:
        """The judge's features of the training rows, float32 (rows, dim)."""
        rows, codec = self.task.splits.train, self.task.codec
        blocks = [rows.select(range(at, min(at + 256, len(rows)))) for at in range(0, len(rows), 256)]
        return torch.cat([self.judge.embed(codec.encode(block)) for block in blocks])

    @cached_property
    def minted_rows(self) -> Dataset:
        """The minted rows alone, with provenance."""
        return minted_only(open_minted(self.directory.minted))

    def unfiltered_rows(self, settings: MintSettings) -> Dataset:
        """Generated rows for the arm that does without adversarial training and without the discriminator: as many as the minted
        ones, one candidate each, made by the plain generator under the same controls and checked by the same rules."""
        generator = self.task.plain_generator(self.directory.start) or self.networks[0]
        return self._control_rows(self.directory.unfiltered, generator, replace(settings, best_of=1, keep_quantile=1.0))

    def resynthesised_rows(self, settings: MintSettings) -> Dataset:
        """Generated rows for the arm that shows what the generator alone does: under its gentlest controls, with one candidate each
        and the filters of rules and copies alone."""
        assert self.task.gentlest is not None
        plain = replace(settings, best_of=1, keep_quantile=1.0, min_agreement=0.0, controls=dict(self.task.gentlest))
        return self._control_rows(self.directory.resynthesised, self.networks[0], plain)

    def _control_rows(self, target: Path, generator: Generator, settings: MintSettings) -> Dataset:
        """Minted without the discriminator, and kept in `target`, since every seed of the arm trains on them."""
        with FileLock(f"{target}.lock"):
            if not (target / "dataset_info.json").is_file():
                parts = replace(self.mint_parts, generator=_frozen(generator), discriminator=None, policy=self.policy)
                amount, seed = self.recipe.mint, self.recipe.seed
                minted = mint_rows(parts, arguments=amount, seed=seed, settings=settings, weakness=self.weakness)
                unfinished = target.with_name(f".{target.name}")
                shutil.rmtree(unfinished, ignore_errors=True)
                minted.dataset.save_to_disk(str(unfinished))
                os.replace(unfinished, target)
        return load_from_disk(str(target))

    def test_rows(self) -> Dataset:
        test = open_splits(self.directory.data, with_test=True).test
        assert test is not None
        return test


def _frozen(network: NetworkT) -> NetworkT:
    return network.eval().requires_grad_(False)


@lru_cache(maxsize=2)
def workshop(root: Path) -> Workshop:
    """This process's workshop for a run's folder."""
    quiet_libraries()
    return Workshop(RunDirectory(root))
