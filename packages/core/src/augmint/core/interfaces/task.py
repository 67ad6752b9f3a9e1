"""A task: everything about one kind of problem that core cannot know."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, ClassVar

import torch.utils.data
from datasets import Dataset

from augmint.core.interfaces.batch import Batch
from augmint.core.interfaces.codec import RowCodec
from augmint.core.interfaces.finetuning import Evaluation, FinetuneJob, FinetuneResult, Metric, OutputFigures
from augmint.core.interfaces.judge import Judge
from augmint.core.interfaces.narrowed import NarrowedSpace
from augmint.core.interfaces.networks import Discriminator, Generator
from augmint.core.interfaces.objective import Objective
from augmint.core.interfaces.policy import Policy, PolicySpace
from augmint.core.interfaces.settings import Splits, TaskSettings


class Task(ABC):
    """One kind of problem bound to one user's rows. Subclasses live in the modality packages.

    A worker process builds its own from the run directory: constructing must be cheap (no training, no decoding of all rows).
    """

    name: ClassVar[str]
    modality: ClassVar[str]
    metric: ClassVar[Metric]
    default_columns: ClassVar[Mapping[str, str]]
    model_keys: ClassVar[Mapping[str, Any]] = {}
    """Keys of the recipe's `model` section beside `name_or_path` and `scratch`, and their types."""
    policy_keys: ClassVar[Mapping[str, Any]] = {}
    """Keys of the recipe's `policy` section, and their types."""
    generator_files: ClassVar[tuple[str, ...]] = ()
    """Keys of the recipe's `generator` section that name a file, which may lie beside the recipe."""
    controls: ClassVar[tuple[str, ...]] = ()
    """Arms beside the usual ones where a recipe names none: what else could be behind a gain."""
    files: ClassVar[str] = "json"
    """Format of `datasets.load_dataset` that such rows mostly lie in, for recipes to start from."""

    def __init__(self, splits: Splits, settings: TaskSettings) -> None:
        self.splits, self.settings = splits, settings
        self.codec = self.make_codec(splits.train, settings.columns)

    @classmethod
    def training_arguments(cls) -> type:
        """The class whose keys the recipe's `finetune` section may have."""
        from transformers import TrainingArguments

        return TrainingArguments

    # 1 rows -------------------------------------------------------------------------------------------------------

    @classmethod
    def adapt(cls, dataset: Dataset, columns: Mapping[str, str]) -> Dataset:
        """The rows with stored columns cast to the feature types the task works with (encoded bytes to `Image()`, say).
        Called once, right after loading. The default changes nothing."""
        return dataset

    @classmethod
    @abstractmethod
    def make_codec(cls, dataset: Dataset, columns: Mapping[str, str]) -> RowCodec:
        """The codec for these Features. Raises UserError naming missing or wrongly typed columns and the columns there are."""

    @classmethod
    def unlabeled_rows(cls, found: Dataset, codec: RowCodec, splits: Mapping[str, Dataset]) -> tuple[Dataset, list[str]] | None:
        """The user's unlabelled rows in a form of the task's own, less what must not be used, and sentences on what was left out.

        Args:
            found: as they were read.
            codec: of the training rows.
            splits: "train", "validation" and "test", so that rows whose payload is among them can be left out.

        Returns:
            None (the default) where they are training rows that merely lack the label: core then treats them so.
        """
        return None

    @classmethod
    def controls_of(cls, generator: Mapping[str, Any]) -> tuple[str, ...]:
        """The `controls` under a recipe's `generator` section; the default has the same under any."""
        return cls.controls

    @classmethod
    def find_near_copies(cls, codec: RowCodec, held: Sequence[Dataset]) -> Callable[[Dataset], Sequence[bool]] | None:
        """What tells of each of some unlabelled training rows whether it is a row of `held`, which are validation and test, but for
        trifles: such rows are left out. Exact copies are found without it. None (the default) where nothing can tell.

        Args:
            codec: of the training rows; the unlabelled ones lack the label column.
            held: the rows that must lend nothing.
        """
        return None

    def check_settings(self) -> None:
        """Raise UserError on model, generator or finetune settings that cannot work, before anything expensive runs."""

    # 2-4 adversarial training -------------------------------------------------------------------------------------

    def pretrain(self, directory: Path, executor: Executor, steps: int, pseudo_labelled: Dataset | None = None) -> None:
        """Train by likelihood or by labels what adversarial training starts from, into `directory`; parts of it side by side.

        The default does nothing: GANs start from noise. Deterministic in the seed; never sees test.

        Args:
            directory: where to; calling again takes up what is there.
            executor: for jobs that can run beside each other.
            steps: how many adversarial steps will follow, for a control trained as long without them.
            pseudo_labelled: what `pseudo_labelled` gave of the unlabelled rows.
        """

    @property
    def gentlest(self) -> Mapping[str, Any] | None:
        """As the generator's; the arm "resynthesised" mints under it. The default makes rows out of nothing."""
        return None

    @abstractmethod
    def adversarial_networks(self, start: Path | None = None) -> tuple[Generator, Discriminator, Objective]:
        """A generator, discriminator and objective: those that `pretrain` left in `start`, else fresh from `settings.seed`."""

    def accept(
        self, generator: Generator, discriminator: Discriminator, start: Path
    ) -> tuple[Generator, Discriminator, dict[str, Any]]:
        """The networks to mint with after adversarial training, and figures and a "notice" that say why. The default takes those
        that were trained.

        Args:
            generator, discriminator: as training left them. A discriminator whose scores are probabilities was calibrated before
                training went on: calibrate it anew, against the generator that is returned.
            start: what `pretrain` left.
        """
        return generator, discriminator, {}

    @abstractmethod
    def adversarial_rows(self, pseudo_labelled: Dataset | None) -> torch.utils.data.Dataset[Batch]:
        """A map-style data set of single rows as tensors for the adversarial trainer: the training rows, and what
        `pseudo_labelled` gave of the unlabelled ones. Offers `__getitems__(indices) -> Batch` for whole batches."""

    @abstractmethod
    def adversarial_defaults(self) -> dict[str, Any]:
        """Values of AdversarialArguments that suit these rows; the recipe's own win."""

    @abstractmethod
    def load_networks(self, generator_dir: Path, discriminator_dir: Path) -> tuple[Generator, Discriminator]:
        """The networks that `save_pretrained` wrote."""

    # 5-6 policy and minting ---------------------------------------------------------------------------------------

    def conditions(self) -> Dataset | None:
        """The rows that a generator with `conditioned_on` makes samples for; None takes the training rows."""
        return None

    def plain_generator(self, start: Path) -> Generator | None:
        """The generator without adversarial training, for the arm that does without it; None where there is none."""
        return None

    @abstractmethod
    def policy_space(self) -> PolicySpace:
        """Where the search looks; includes the generated part only where a generator is at hand (`mint` dimensions)."""

    @abstractmethod
    def standard_policy(self) -> Policy:
        """The task's strong no-search baseline."""

    def search_space(self) -> PolicySpace:
        """`policy_space` less what the user rules out."""
        space = self.policy_space()
        return NarrowedSpace(space, self.settings.exclude) if self.settings.exclude else space

    def baseline(self) -> Policy:
        """`standard_policy` less what the user rules out."""
        if not self.settings.exclude:
            return self.standard_policy()
        space = self.search_space()
        starts = space.starts()
        return space.decode(starts.get("standard", starts["identity"]))

    @abstractmethod
    def load_policy(self, values: Mapping[str, Any]) -> Policy:
        """A policy from its JSON."""

    @property
    @abstractmethod
    def steps(self) -> int:
        """Optimiser steps of one fine-tuning, the same for every arm."""

    @abstractmethod
    def fit_judge(self, directory: Path, executor: Executor) -> None:
        """Train the judge on the real training rows and save it in `directory`, parts of it side by side on `executor`.
        Deterministic in the seed, whatever the executor; never sees test."""

    @abstractmethod
    def load_judge(self, directory: Path) -> Judge:
        """The judge that `fit_judge` saved."""

    def pseudo_labelled(self, judge: Judge) -> Dataset | None:
        """The unlabelled rows with the judge's confident labels and the source's Features; None where there are none."""
        return None

    # 7 downstream -------------------------------------------------------------------------------------------------

    @abstractmethod
    def finetune(self, job: FinetuneJob) -> FinetuneResult:
        """Fine-tune a fresh copy of the user's model by `transformers.Trainer` and score it."""

    @abstractmethod
    def evaluate(self, directory: Path, rows: Dataset) -> Evaluation:
        """Score the model that `finetune` kept in `directory`. This is how `compare` reads the test split: once, at the end."""

    def output_figures(self, kept: Mapping[str, Sequence[Path]], rows: Dataset) -> OutputFigures | None:
        """What else is to be said of the outputs that `evaluate` left on the test split, for the report; it takes no part in the
        verdict. The default says nothing.

        Args:
            kept: arm -> the folder of each of its models.
            rows: the test split.
        """
        return None

    def diversity(self, rows: Dataset, most: int) -> Mapping[str, float]:
        """How varied up to `most` of the rows are, by figures beside those of the judge's features. The default has none."""
        return {}

    def near_copies(self, rows: Dataset, real: Dataset) -> int | None:
        """How many of `rows` are `real` ones but for trifles. `compare` asks it of minted rows and the test split, which nothing
        before it may look at. The default cannot tell."""
        return None
