"""`task: audio-classification`."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import torch
import torch.utils.data
from datasets import ClassLabel, Dataset

from augmint.audio.classification import judge_training
from augmint.audio.classification.judge import MARKER, ClipJudge
from augmint.audio.classification.model import ClipClassifier, classifier_config
from augmint.audio.classification.plan import ClassificationPlan
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
    wavegan_defaults,
    wavegan_objective,
    window_for,
)
from augmint.core.errors import UserError
from augmint.core.evaluation.ensemble import rounds_of
from augmint.core.evaluation.finetuning import check_finetune
from augmint.core.evaluation.judge_settings import JudgeSettings
from augmint.core.evaluation.pseudo_labels import pseudo_labelled_rows
from augmint.core.interfaces import (
    Batch,
    Discriminator,
    Evaluation,
    FinetuneJob,
    Generator,
    Judge,
    Metric,
    Objective,
    Splits,
    TaskSettings,
    concatenate,
)
from augmint.core.minting.torch_state import fixed_threads


class AudioClassification(AudioTask):
    """One label for each clip; the metric is accuracy in per cent."""

    name: ClassVar[str] = "audio-classification"
    metric: ClassVar[Metric] = Metric("accuracy", unit="%", decimals=2, low=0.0, high=100.0)
    default_columns: ClassVar[Mapping[str, str]] = {"audio": "audio", "label": "label"}

    def __init__(self, splits: Splits, settings: TaskSettings) -> None:
        super().__init__(splits, settings)
        self.judge_settings = JudgeSettings.from_dict(settings.judge)

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

    @property
    def names(self) -> tuple[str, ...]:
        """Of the classes."""
        return tuple(self.codec.label_names or ())

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
        batch = concatenate([part.batch(range(len(part))) for part in parts])
        return WaveRows(batch[AUDIO], batch[LENGTH], batch["label"], self.samples)

    def adversarial_defaults(self) -> dict[str, Any]:
        return wavegan_defaults(self._adversarial_size(), self._generator_name)

    def load_networks(self, generator_dir: Path, discriminator_dir: Path) -> tuple[Generator, Discriminator]:
        return ConditionalWaveGenerator.from_pretrained(generator_dir), WaveDiscriminator.from_pretrained(discriminator_dir)

    # judge --------------------------------------------------------------------------------------------------------

    def fit_judge(self, directory: Path, executor: Executor) -> None:
        """Several classifiers on the training rows; with unlabelled rows, rounds of pseudo-labels follow (self-training).

        Source: Lee 2013, "Pseudo-label"; Xie et al. 2020, "Self-training with Noisy Student improves ImageNet classification".
        """
        judging, settings = self.judge_settings, self.settings
        lesson = judge_training.Lesson(
            self.train_rows,
            self.rows(self.splits.validation),
            self.names,
            {"no augmentation": None, "the standard policy": self.standard_policy()},
            settings.model,
            settings.finetune,
            self.seconds,
            self.steps,
            settings.seed,
            settings.threads,
        )
        folders = rounds_of(directory, judging.rounds if self.splits.unlabeled is not None else 0)
        for number, folder in enumerate(folders):
            if (folder / MARKER).is_file():
                continue
            if number:
                more = self.pseudo_labelled(self.load_judge(folders[number - 1]))
                extra = self.rows(more) if more is not None and len(more) else None
                lesson = replace(lesson, extra=extra, share=judging.pseudo_share, key=f"judge-{number}")
            judge_training.fit(folder, lesson, judging.members, executor)

    def load_judge(self, directory: Path) -> Judge:
        return ClipJudge.from_pretrained(directory)

    def pseudo_labelled(self, judge: Judge) -> Dataset | None:
        """Unlabelled clips that the judge is sure enough of (see `pseudo_labelled_rows`)."""
        unlabeled, columns = self.splits.unlabeled, self.codec.columns
        if unlabeled is None:
            return None
        codec = AudioCodec({AUDIO: columns[AUDIO]}, self.splits.train.features, self.codec.sampling_rate)
        with fixed_threads(self.settings.threads):
            said = torch.cat([judge.probabilities(batch) for batch in AudioRows(unlabeled, codec).batches(256)])
        least, features = self.judge_settings.min_confidence, self.splits.train.features
        return pseudo_labelled_rows(unlabeled, columns[AUDIO], columns["label"], said, least, features)

    # downstream ---------------------------------------------------------------------------------------------------

    def fresh_model(self, job: FinetuneJob) -> ClipClassifier:
        return ClipClassifier.build(self.settings.model, self.names, self.seconds, job.seed)

    def load_model(self, directory: Path) -> ClipClassifier:
        return ClipClassifier.from_pretrained(directory)

    def make_plan(self, job: FinetuneJob, rows: AudioRows, extra: AudioRows | None, **values: Any) -> ClassificationPlan:
        return ClassificationPlan(rows, extra, soft=job.extra_targets, classes=len(self.names), **values)

    def train_model(self, model: Any, plan: Any, **values: Any) -> float:
        return train(model, plan, self.settings.finetune, **values)

    def score_model(self, model: Any, rows: AudioRows, directory: Path | None = None) -> Evaluation:
        return score(model, rows)
