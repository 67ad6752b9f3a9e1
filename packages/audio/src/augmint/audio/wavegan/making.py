"""Generated clips of a class, made out of nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import torch
from datasets import Dataset
from torch.utils.data import Dataset as TorchDataset

from augmint.audio.clips import AUDIO, LENGTH
from augmint.audio.making import Making
from augmint.audio.wavegan.architectures import architecture_names
from augmint.audio.wavegan.discriminator import WaveDiscriminator
from augmint.audio.wavegan.generator import ConditionalWaveGenerator
from augmint.audio.wavegan.objective import wavegan_defaults, wavegan_objective
from augmint.audio.wavegan.pair import DEFAULT_GENERATOR, build_pair
from augmint.audio.wavegan.rows import WaveRows
from augmint.audio.wavegan.window import fit, window_for
from augmint.core.interfaces import Batch, Discriminator, Generator, Objective, concatenate


class ClassMaking(Making):
    """By a class-conditional GAN, which learns from pseudo-labelled rows as well."""

    default: ClassVar[str] = DEFAULT_GENERATOR

    @classmethod
    def names(cls) -> Sequence[str]:
        return architecture_names()

    @property
    def samples(self) -> int:
        """The generator's window: `generator.samples`, else what holds 95 % of the training clips."""
        return int(self.values.get("samples") or window_for(torch.from_numpy(self.task.train_rows.lengths)))

    @property
    def loss(self) -> str:
        """`generator.loss`, "hinge" unless it says otherwise."""
        return str(self.values.get("loss", "hinge"))

    @property
    def _rows(self) -> int:
        unlabeled = self.task.splits.unlabeled
        return len(self.task.splits.train) + (len(unlabeled) if unlabeled is not None else 0)

    def networks(self) -> tuple[Generator, Discriminator, Objective]:
        generator, discriminator = build_pair(
            self.name,
            {key: value for key, value in self.values.items() if key not in ("samples", "loss")},
            samples=self.samples,
            sampling_rate=self.task.codec.sampling_rate,
            num_classes=len(self.task.codec.label_names or ()),
            seed=self.task.settings.seed,
        )
        return generator, discriminator, wavegan_objective(self._rows, self.name, loss=self.loss)

    def rows(self, pseudo_labelled: Dataset | None) -> TorchDataset[Batch]:
        parts = [self.task.train_rows]
        if pseudo_labelled is not None and len(pseudo_labelled):
            parts.append(self.task.rows(pseudo_labelled))
        cut = []
        for batch in (batch for part in parts for batch in part.batches(256)):  # one long clip must not widen all
            audio, length = fit(batch[AUDIO], batch[LENGTH], self.samples)
            cut.append({AUDIO: audio, LENGTH: length, "label": batch["label"]})
        rows = concatenate(cut)
        return WaveRows(rows[AUDIO], rows[LENGTH], rows["label"], self.samples)

    def defaults(self) -> dict[str, Any]:
        return wavegan_defaults(self._rows, self.name, loss=self.loss)

    @staticmethod
    def load(generator_dir: Path, discriminator_dir: Path) -> tuple[Generator, Discriminator]:
        return ConditionalWaveGenerator.from_pretrained(generator_dir), WaveDiscriminator.from_pretrained(discriminator_dir)
