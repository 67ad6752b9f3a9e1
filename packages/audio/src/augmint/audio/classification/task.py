"""`task: audio-classification`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from datasets import ClassLabel, Dataset

from augmint.audio.classification.judge import ClipJudge, mark
from augmint.audio.classification.model import ClipClassifier, classifier_config, window_of
from augmint.audio.classification.training import score, train
from augmint.audio.clips import AUDIO
from augmint.audio.codec import LONGEST as LONGEST_CLIP
from augmint.audio.codec import AudioCodec
from augmint.audio.making import Making
from augmint.audio.models.extractor import LONGEST
from augmint.audio.models.within import Within
from augmint.audio.rows import AudioRows
from augmint.audio.task import AudioTask
from augmint.audio.vocoder.making import VersionMaking
from augmint.audio.wavegan.making import ClassMaking
from augmint.core.errors import UserError
from augmint.core.evaluation.arms import RESYNTHESISED
from augmint.core.evaluation.classifier_task import ClassifierTask
from augmint.core.evaluation.finetuning import check_finetune
from augmint.core.evaluation.labelled_plan import LabelledPlan
from augmint.core.interfaces import (
    Batch,
    Evaluation,
    FinetuneJob,
    Judge,
    Splits,
    TaskSettings,
)


class AudioClassification(AudioTask, ClassifierTask):
    """One label for each clip; the metric is accuracy in per cent."""

    name: ClassVar[str] = "audio-classification"
    payload: ClassVar[str] = AUDIO
    makings: ClassVar[tuple[type[Making], ...]] = (ClassMaking, VersionMaking)
    default_columns: ClassVar[Mapping[str, str]] = {"audio": "audio", "label": "label"}

    def __init__(self, splits: Splits, settings: TaskSettings) -> None:
        super().__init__(splits, settings)
        self.codec.longest = window_of(settings.model, self.names, LONGEST)  # as wide as a scratch model's can be: no row is read

    @classmethod
    def check_columns(cls, dataset: Dataset, columns: Mapping[str, str]) -> None:
        feature = dataset.features[columns["label"]]
        if not isinstance(feature, ClassLabel):
            what = f"Column {columns['label']!r} holds {feature}, not class labels."
            raise UserError(what, where="data.columns.label", fix="Give a column of class labels (whole numbers or strings).")

    @classmethod
    def controls_of(cls, generator: Mapping[str, Any]) -> tuple[str, ...]:
        return (RESYNTHESISED,) if generator.get("name") in VersionMaking.names() else ()

    def check_settings(self) -> None:
        check_finetune(self.settings.finetune)
        classifier_config(self.settings.model, self.names, 1.0)
        self.adversarial_networks()

    @cached_property
    def window(self) -> int | None:
        """Samples that the model hears of a clip, or None where it hears all."""
        return window_of(self.settings.model, self.names, self.seconds)

    # judge --------------------------------------------------------------------------------------------------------

    def mark_judge(self, directory: Path, members: int, name: str) -> None:
        mark(directory, members, name)

    def load_judge(self, directory: Path) -> Judge:
        return ClipJudge.from_pretrained(directory)

    @cached_property
    def labellable(self) -> Dataset | None:
        """Not the long recordings, which are no clips of a class."""
        rows = self.splits.unlabeled
        if rows is None:
            return None
        short = np.flatnonzero(self.codec.seconds(rows) <= LONGEST_CLIP)
        return rows if len(short) == len(rows) else rows.select(short)

    def unlabelled_batches(self, rows: Dataset) -> Iterable[Batch]:
        codec = AudioCodec({AUDIO: self.codec.columns[AUDIO]}, self.splits.train.features, self.codec.sampling_rate)
        return AudioRows(rows, codec).batches(256)

    # downstream ---------------------------------------------------------------------------------------------------

    def fresh_model(self, job: FinetuneJob) -> ClipClassifier:
        return ClipClassifier.build(self.settings.model, self.names, self.seconds, job.seed)

    def load_model(self, directory: Path) -> ClipClassifier:
        return ClipClassifier.from_pretrained(directory)

    def make_plan(self, job: FinetuneJob, rows: AudioRows, extra: AudioRows | None, **values: Any) -> LabelledPlan:
        if values.get("policy") is not None and self.window is not None:
            values["policy"] = Within(values["policy"], self.window)
        return LabelledPlan(rows, extra, soft=job.extra_targets, classes=len(self.names), **values)

    def train_model(self, model: Any, plan: Any, **values: Any) -> float:
        return train(model, plan, self.settings.finetune, **values)

    def score_model(self, model: Any, rows: AudioRows, directory: Path | None = None) -> Evaluation:
        return score(model, rows)
