"""`task: audio-classification`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import torch
import torch.utils.data
from datasets import ClassLabel, Dataset

from augmint.audio.classification.judge import ClipJudge, mark
from augmint.audio.classification.model import ClipClassifier, classifier_config
from augmint.audio.classification.training import score, train
from augmint.audio.clips import AUDIO, LENGTH
from augmint.audio.codec import AudioCodec
from augmint.audio.rows import AudioRows
from augmint.audio.task import AudioTask
from augmint.audio.wavegan import (
    DEFAULT_GENERATOR,
    ConditionalWaveGenerator,
    WaveDiscriminator,
    WaveRows,
    build_pair,
    fit,
    wavegan_defaults,
    wavegan_objective,
    window_for,
)
from augmint.core.errors import UserError
from augmint.core.evaluation.classifier_task import ClassifierTask
from augmint.core.evaluation.finetuning import check_finetune
from augmint.core.evaluation.labelled_plan import LabelledPlan
from augmint.core.interfaces import (
    Batch,
    Discriminator,
    Evaluation,
    FinetuneJob,
    Generator,
    Judge,
    Objective,
    concatenate,
)


class AudioClassification(AudioTask, ClassifierTask):
    """One label for each clip; the metric is accuracy in per cent."""

    name: ClassVar[str] = "audio-classification"
    payload: ClassVar[str] = AUDIO
    default_columns: ClassVar[Mapping[str, str]] = {"audio": "audio", "label": "label"}

    @classmethod
    def check_columns(cls, dataset: Dataset, columns: Mapping[str, str]) -> None:
        feature = dataset.features[columns["label"]]
        if not isinstance(feature, ClassLabel):
            what = f"Column {columns['label']!r} holds {feature}, not class labels."
            raise UserError(what, where="data.columns.label", fix="Give a column of class labels (whole numbers or strings).")

    def check_settings(self) -> None:
        check_finetune(self.settings.finetune)
        classifier_config(self.settings.model, self.names, 1.0)
        self.adversarial_networks()

    # adversarial training -----------------------------------------------------------------------------------------

    @property
    def samples(self) -> int:
        """The generator's window: `generator.samples`, else what holds 95 % of the training clips."""
        return int(self.settings.generator.get("samples") or window_for(torch.from_numpy(self.train_rows.lengths)))

    def adversarial_networks(self, start: Path | None = None) -> tuple[Generator, Discriminator, Objective]:
        values = {key: value for key, value in self.settings.generator.items() if key not in ("name", "samples")}
        generator, discriminator = build_pair(
            self._generator_name,
            values,
            samples=self.samples,
            sampling_rate=self.codec.sampling_rate,
            num_classes=len(self.names),
            seed=self.settings.seed,
        )
        return generator, discriminator, wavegan_objective(self._adversarial_size(), self._generator_name)

    @property
    def _generator_name(self) -> str:
        return str(self.settings.generator.get("name", DEFAULT_GENERATOR))

    def _adversarial_size(self) -> int:
        return len(self.splits.train) + (len(self.splits.unlabeled) if self.splits.unlabeled is not None else 0)

    def adversarial_rows(self, pseudo_labelled: Dataset | None) -> torch.utils.data.Dataset[Batch]:
        parts = [self.train_rows]
        if pseudo_labelled is not None and len(pseudo_labelled):
            parts.append(self.rows(pseudo_labelled))
        cut = []
        for batch in (batch for part in parts for batch in part.batches(256)):  # one long clip must not widen all
            audio, length = fit(batch[AUDIO], batch[LENGTH], self.samples)
            cut.append({AUDIO: audio, LENGTH: length, "label": batch["label"]})
        rows = concatenate(cut)
        return WaveRows(rows[AUDIO], rows[LENGTH], rows["label"], self.samples)

    def adversarial_defaults(self) -> dict[str, Any]:
        return wavegan_defaults(self._adversarial_size(), self._generator_name)

    def load_networks(self, generator_dir: Path, discriminator_dir: Path) -> tuple[Generator, Discriminator]:
        return ConditionalWaveGenerator.from_pretrained(generator_dir), WaveDiscriminator.from_pretrained(discriminator_dir)

    # judge --------------------------------------------------------------------------------------------------------

    def mark_judge(self, directory: Path, members: int, name: str) -> None:
        mark(directory, members, name)

    def load_judge(self, directory: Path) -> Judge:
        return ClipJudge.from_pretrained(directory)

    def unlabelled_batches(self, rows: Dataset) -> Iterable[Batch]:
        codec = AudioCodec({AUDIO: self.codec.columns[AUDIO]}, self.splits.train.features, self.codec.sampling_rate)
        return AudioRows(rows, codec).batches(256)

    # downstream ---------------------------------------------------------------------------------------------------

    def fresh_model(self, job: FinetuneJob) -> ClipClassifier:
        return ClipClassifier.build(self.settings.model, self.names, self.seconds, job.seed)

    def load_model(self, directory: Path) -> ClipClassifier:
        return ClipClassifier.from_pretrained(directory)

    def make_plan(self, job: FinetuneJob, rows: AudioRows, extra: AudioRows | None, **values: Any) -> LabelledPlan:
        return LabelledPlan(rows, extra, soft=job.extra_targets, classes=len(self.names), **values)

    def train_model(self, model: Any, plan: Any, **values: Any) -> float:
        return train(model, plan, self.settings.finetune, **values)

    def score_model(self, model: Any, rows: AudioRows, directory: Path | None = None) -> Evaluation:
        return score(model, rows)
