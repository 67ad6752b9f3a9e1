"""A task: everything about one kind of problem that core cannot know."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
import torch.utils.data
from datasets import Dataset
from torch import Tensor

from augmint.core.interfaces.batch import Batch
from augmint.core.interfaces.codec import RowCodec
from augmint.core.interfaces.narrowed import NarrowedSpace
from augmint.core.interfaces.networks import Discriminator, Generator
from augmint.core.interfaces.objective import Objective
from augmint.core.interfaces.policy import MintSettings, Policy, PolicySpace


@dataclass(frozen=True)
class Metric:
    """The score of a task: its one name everywhere, its direction, how many decimals are worth printing, its range, which an
    interval never leaves, how texts write the name (`str(metric)`) where that is another way, and what a model scores that has
    learnt nothing, where that is known (of accuracy the report knows it by the classes)."""

    name: str
    greater_is_better: bool = True
    unit: str = ""
    decimals: int = 2
    low: float = -math.inf
    high: float = math.inf
    written: str = ""
    nothing: float | None = None

    def __str__(self) -> str:
        return self.written or self.name


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


class Judge(ABC):
    """A model trained on the real training rows: says which label a row has and where it lies in feature space."""

    name: str
    """What made the features, for the report: "resnet trained on the training split", say."""

    @abstractmethod
    def probabilities(self, batch: Batch) -> Tensor:
        """Class probabilities, float32 (n, classes), on the CPU."""

    @abstractmethod
    def embed(self, batch: Batch) -> Tensor:
        """Features, float32 (n, dim), on the CPU."""

    def to(self, device: torch.device) -> Self:
        """Its networks on another device; what it is given and gives stays on the CPU. The default has none."""
        return self

    def agreement(self, batch: Batch) -> Tensor | None:
        """How surely every row is what it says, float32 (n,) in [0, 1], on the CPU, or None where the judge cannot tell.

        The default is the probability of the row's "label". A recogniser compares what it hears with the transcript.
        """
        if "label" not in batch:
            return None
        return self.probabilities(batch).float().cpu().gather(1, batch["label"].cpu()[:, None])[:, 0]


@dataclass(frozen=True)
class FinetuneJob:
    """One fine-tuning: what to train on, how, and what to score.

    Attributes:
        rows: real training rows, in the source's Features.
        extra: further rows of the same Features (minted or pseudo-labelled), or None.
        extra_targets: class probabilities of the extra rows, float32 (len(extra), classes), or None for their labels.
        share: part of every batch taken from `extra`, [0, 1).
        policy: applied anew to every batch, or None for rows as they are.
        augment_extra: whether `policy` is applied to extra rows too.
        mint: settings that say how extra rows count (`weight`, `schedule`, `tagged`), or None for rows like any other.
        steps: optimiser steps.
        seed: keys initialisation, batch order and augmentation.
        evaluate: split name -> rows to score after training.
        output_dir: where the fine-tuned model is kept; None keeps nothing.
    """

    rows: Dataset
    steps: int
    seed: int
    evaluate: Mapping[str, Dataset]
    extra: Dataset | None = None
    extra_targets: Tensor | None = None
    share: float = 0.0
    policy: Policy | None = None
    augment_extra: bool = True
    mint: MintSettings | None = None
    output_dir: Path | None = None


@dataclass(frozen=True)
class Evaluation:
    """A model's score on some rows.

    Attributes:
        score: the task's metric in its usual unit.
        loss: the model's mean loss, or None.
        rows: one number a row whose mean is `score`, or None where the metric has none. Metrics of whole corpora give each row's
            influence on the score (the infinitesimal jackknife), which has that mean.
        details: further figures by name, such as BLEU beside chrF++; of the same rows.
    """

    score: float
    loss: float | None = None
    rows: list[float] | None = None
    details: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class FinetuneResult:
    """Split name -> metric in its usual unit, split name -> loss, split name -> numbers by row, the time, and split name ->
    further figures (see `Evaluation`)."""

    scores: Mapping[str, float]
    losses: Mapping[str, float]
    rows: Mapping[str, list[float]]
    seconds: float
    details: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, evaluations: Mapping[str, Evaluation], seconds: float) -> FinetuneResult:
        """The result made of each split's evaluation; what an evaluation lacks is left out."""
        return cls(
            {split: one.score for split, one in evaluations.items()},
            {split: one.loss for split, one in evaluations.items() if one.loss is not None},
            {split: one.rows for split, one in evaluations.items() if one.rows is not None},
            seconds,
            {split: one.details for split, one in evaluations.items() if one.details},
        )


@dataclass(frozen=True)
class OutputFigures:
    """Figures of whole outputs, beside the metric.

    Attributes:
        arms: arm -> name -> figure.
        signatures: name -> how it was computed.
        note: what the figures are, in one sentence.
    """

    arms: Mapping[str, Mapping[str, float]]
    signatures: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


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

    def accept(self, trained: Generator, start: Path) -> tuple[Generator, dict[str, Any]]:
        """The generator to mint from after adversarial training, and figures and a "notice" that say why. The default accepts."""
        return trained, {}

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


class Modality(ABC):
    """An installed kind of data, found through the entry-point group `augmint.modalities`."""

    name: ClassVar[str]

    @abstractmethod
    def tasks(self) -> Mapping[str, type[Task]]:
        """Task name -> class."""

    def builtin_datasets(self) -> Mapping[str, Any]:
        """Name -> function without arguments returning a `datasets.DatasetDict`: what `builtin:<name>` loads."""
        return {}

    @abstractmethod
    def make_codec(self, dataset: Dataset, columns: Mapping[str, str] | None = None) -> RowCodec:
        """A codec with the columns guessed from the Features where not given."""

    @abstractmethod
    def load_policy(self, values: Mapping[str, Any]) -> Policy: ...

    @abstractmethod
    def load_generator(self, directory: Path) -> Generator: ...

    @abstractmethod
    def load_discriminator(self, directory: Path) -> Discriminator: ...

    @abstractmethod
    def load_judge(self, directory: Path) -> Judge: ...

    def demo_recipe(self) -> dict[str, Any] | None:
        """The recipe that `augmint demo <name>` runs, or None."""
        return None
