"""Generated clips that are versions of real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import torch
from datasets import Dataset
from torch.utils.data import Dataset as TorchDataset

from augmint.audio.making import Making
from augmint.audio.vocoder.config import WIDTHS
from augmint.audio.vocoder.discriminator import VocoderDiscriminator
from augmint.audio.vocoder.generator import MelVocoderGenerator
from augmint.audio.vocoder.material import held_clips
from augmint.audio.vocoder.objective import VocoderObjective
from augmint.audio.vocoder.pair import DEFAULT_VOCODER, build_vocoder, vocoder_defaults
from augmint.audio.vocoder.segments import SegmentRows
from augmint.core.interfaces import Batch, Discriminator, Generator, Objective


class VersionMaking(Making):
    """By a mel vocoder, which needs neither labels nor transcripts: it trains on the unlabelled recordings as well."""

    default: ClassVar[str] = DEFAULT_VOCODER
    gentlest: ClassVar[Mapping[str, Any] | None] = MelVocoderGenerator.gentlest

    @classmethod
    def names(cls) -> Sequence[str]:
        return tuple(WIDTHS)

    def networks(self) -> tuple[Generator, Discriminator, Objective]:
        rate, seed = self.task.codec.sampling_rate, self.task.settings.seed
        generator, discriminator = build_vocoder(self.values, name=self.name, sampling_rate=rate, seed=seed)
        return generator, discriminator, VocoderObjective(generator.config, warmup_steps=None)

    def rows(self, pseudo_labelled: Dataset | None) -> TorchDataset[Batch]:
        rows = self._segments
        del self._segments  # training alone holds them
        return rows

    def defaults(self) -> dict[str, Any]:
        return vocoder_defaults(len(self._segments))

    @cached_property
    def _segments(self) -> SegmentRows:
        clips, left = held_clips([self.task.train_rows, self.task.unlabelled], self.task.settings.seed)
        if left:
            hours = sum(map(len, clips)) / self.task.codec.sampling_rate / 3600
            self.notice = f"The vocoder was trained on {hours:.1f} hours of recordings; {left} others did not fit into memory."
        return SegmentRows([torch.from_numpy(clip) for clip in clips])

    @staticmethod
    def load(generator_dir: Path, discriminator_dir: Path) -> tuple[Generator, Discriminator]:
        return MelVocoderGenerator.from_pretrained(generator_dir), VocoderDiscriminator.from_pretrained(discriminator_dir)
