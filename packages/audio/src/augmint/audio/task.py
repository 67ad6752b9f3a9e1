"""What all tasks of clips share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch.utils.data
from datasets import Dataset

from augmint.audio.codec import LONGEST as LONGEST_CLIP
from augmint.audio.codec import AudioCodec
from augmint.audio.columns import as_audio, find_columns, guessed
from augmint.audio.making import Making, making_of
from augmint.audio.models.extractor import LONGEST, sampling_rate_of
from augmint.audio.policy import AudioPolicy, AudioPolicySpace, standard_policy
from augmint.audio.rows import AudioRows
from augmint.audio.surroundings import Surroundings
from augmint.core.evaluation.planned import PlannedTask
from augmint.core.evaluation.training_defaults import BATCH_SIZE
from augmint.core.interfaces import (
    Batch,
    Discriminator,
    Generator,
    Objective,
    Policy,
    PolicySpace,
    RowCodec,
    Splits,
    TaskSettings,
)

_LISTENED = 256
"""Unlabelled clips, at most, that noise and rooms are learnt from."""


class AudioTask(PlannedTask):
    """How rows and policies of clips are made (see `PlannedTask`), and what generates clips (see `Making`)."""

    modality: ClassVar[str] = "audio"
    files: ClassVar[str] = "audiofolder"
    batch_size: ClassVar[int] = BATCH_SIZE
    makings: ClassVar[tuple[type[Making], ...]]
    """Families of generators that suit the task, the default first."""

    def __init__(self, splits: Splits, settings: TaskSettings) -> None:
        super().__init__(splits, settings)
        self.codec: AudioCodec
        self.codec.sampling_rate = sampling_rate_of(settings.model)

    # rows ---------------------------------------------------------------------------------------------------------

    @classmethod
    def adapt(cls, dataset: Dataset, columns: Mapping[str, str]) -> Dataset:
        """Bytes, paths and arrays become `Audio`, which stores files."""
        name = columns.get("audio") or guessed(dataset.features, "audio")
        return as_audio(dataset, name) if name is not None and name in dataset.column_names else dataset

    @classmethod
    def make_codec(cls, dataset: Dataset, columns: Mapping[str, str]) -> RowCodec:
        found = find_columns(dataset.features, columns, tuple(cls.default_columns))
        cls.check_columns(dataset, found)
        return AudioCodec(found, dataset.features, sampling_rate_of({}))

    @classmethod
    @abstractmethod
    def check_columns(cls, dataset: Dataset, columns: Mapping[str, str]) -> None:
        """Raise UserError where the column of labels or transcripts holds something else."""

    def rows(self, dataset: Dataset) -> AudioRows:
        return AudioRows(dataset, self.codec)

    @cached_property
    def train_rows(self) -> AudioRows:
        return self.rows(self.splits.train)

    @cached_property
    def seconds(self) -> float:
        """Length of clips that a scratch model is sized for: the longest training clip, up to half a minute."""
        return min(LONGEST, float(self.train_rows.lengths.max()) / self.codec.sampling_rate)

    # adversarial training -----------------------------------------------------------------------------------------

    @cached_property
    def making(self) -> Making:
        """What the recipe's `generator` names."""
        return making_of(self.makings, self)

    @property
    def gentlest(self) -> Mapping[str, Any] | None:
        return self.making.gentlest

    def adversarial_networks(self, start: Path | None = None) -> tuple[Generator, Discriminator, Objective]:
        return self.making.networks()

    def adversarial_rows(self, pseudo_labelled: Dataset | None) -> torch.utils.data.Dataset[Batch]:
        return self.making.rows(pseudo_labelled)

    def adversarial_defaults(self) -> dict[str, Any]:
        return self.making.defaults()

    def load_networks(self, generator_dir: Path, discriminator_dir: Path) -> tuple[Generator, Discriminator]:
        return self.making.load(generator_dir, discriminator_dir)

    @cached_property
    def unlabelled(self) -> AudioRows | None:
        """The recordings of `data.unlabeled`, or None."""
        if self.splits.unlabeled is None or not len(self.splits.unlabeled):
            return None
        codec = AudioCodec({"audio": self.codec.columns["audio"]}, self.splits.unlabeled.features, self.codec.sampling_rate)
        return AudioRows(self.splits.unlabeled, codec)

    def accept(
        self, generator: Generator, discriminator: Discriminator, start: Path
    ) -> tuple[Generator, Discriminator, dict[str, Any]]:
        return generator, discriminator, ({"notice": self.making.notice} if self.making.notice else {})

    # policy -------------------------------------------------------------------------------------------------------

    def make_space(self) -> PolicySpace:
        rate = self.codec.sampling_rate
        heard = Surroundings.fit(self._unlabelled_clips(), rate)
        return AudioPolicySpace(self.name, rate, "new" if self.gentlest is None else "versions", heard)

    def _unlabelled_clips(self) -> Iterator[np.ndarray]:
        """Some of the recordings that came without labels or transcripts, from all over the split."""
        rows = self.unlabelled
        if rows is not None:
            chosen = np.linspace(0, len(rows) - 1, min(len(rows), _LISTENED)).astype(int).tolist()
            yield from (clip[: round(LONGEST_CLIP * self.codec.sampling_rate)] for clip in rows.read(chosen))

    def standard_policy(self) -> Policy:
        return standard_policy(self.name, self.codec.sampling_rate)

    def load_policy(self, values: Mapping[str, Any]) -> Policy:
        return AudioPolicy.from_dict(values)
