"""`task: speech-recognition`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from concurrent.futures import Executor
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from datasets import Dataset, Value

from augmint.audio.making import Making
from augmint.audio.models.within import Within
from augmint.audio.recognition.judge import RecognizerJudge
from augmint.audio.recognition.metric import WER
from augmint.audio.recognition.model import Recognizer, build_recognizer, load_recognizer
from augmint.audio.recognition.source import check_model
from augmint.audio.recognition.training import DEFAULT_BATCH_SIZE, score, train
from augmint.audio.recognition.window import KEY, window_of
from augmint.audio.rows import AudioRows
from augmint.audio.task import AudioTask
from augmint.audio.vocoder.making import VersionMaking
from augmint.core.errors import UserError
from augmint.core.evaluation.arms import RESYNTHESISED
from augmint.core.evaluation.finetuning import check_finetune
from augmint.core.evaluation.plan import Drawn, RowPlan
from augmint.core.interfaces import (
    Evaluation,
    FinetuneJob,
    Judge,
    Metric,
    Splits,
    TaskSettings,
    keyed_seed,
)
from augmint.core.minting.torch_state import fixed_threads

_TOGETHER = 64
"""Clips decoded at a time."""


class SpeechPlan(RowPlan[Drawn]):
    """Transcribed clips (see `RowPlan`)."""

    def examples(self, drawn: Drawn) -> Drawn:
        return drawn


class SpeechRecognition(AudioTask):
    """Clips that are written down; the metric is the word error rate in per cent, less is better."""

    name: ClassVar[str] = "speech-recognition"
    metric: ClassVar[Metric] = WER
    default_columns: ClassVar[Mapping[str, str]] = {"audio": "audio", "text": "text"}
    batch_size: ClassVar[int] = DEFAULT_BATCH_SIZE
    makings: ClassVar[tuple[type[Making], ...]] = (VersionMaking,)
    controls: ClassVar[tuple[str, ...]] = (RESYNTHESISED,)
    model_keys: ClassVar[Mapping[str, Any]] = {"language": str, KEY: int}

    def __init__(self, splits: Splits, settings: TaskSettings) -> None:
        super().__init__(splits, settings)
        self.codec.longest = self.window

    @classmethod
    def check_columns(cls, dataset: Dataset, columns: Mapping[str, str]) -> None:
        feature = dataset.features[columns["text"]]
        if not isinstance(feature, Value) or feature.dtype not in ("string", "large_string"):
            what = f"Column {columns['text']!r} holds {feature}, not transcripts."
            raise UserError(what, where="data.columns.text", fix="Give a column of strings.")

    def check_settings(self) -> None:
        check_finetune(self.settings.finetune)
        self.refuse_judge_settings()
        check_model(self.settings.model)
        self.adversarial_networks()
        self._check_lengths()

    @cached_property
    def window(self) -> int | None:
        """Samples that the model hears of a clip, or None where it hears all."""
        seconds = window_of(self.settings.model)
        return None if seconds is None else round(seconds * self.codec.sampling_rate)

    def _check_lengths(self) -> None:
        """A model that hears a window learns from a longer clip to write words that it has not heard."""
        if self.window is None:
            return
        splits = {"train": self.splits.train, "validation": self.splits.validation, "test": self.splits.test}
        for split, rows in splits.items():
            if rows is None:
                continue
            long = np.flatnonzero(self.rows(rows).lengths > self.window)
            if len(long):
                shown = ", ".join(map(str, long[:3])) + (", ..." if len(long) > 3 else "")
                heard = f"the {self.window / self.codec.sampling_rate:g} s that the model hears"
                what = f"{len(long)} {split} clips are longer than {heard} (rows {shown})."
                raise UserError(what, where="data", fix="Cut them with their transcripts, or leave them out.")

    # judge --------------------------------------------------------------------------------------------------------

    def fit_judge(self, directory: Path, executor: Executor) -> None:
        """The user's recogniser, trained on the training rows under the standard policy."""
        self._warn_of_hurried_rows()
        seed = keyed_seed(self.settings.seed, "judge") % 2**31
        job = FinetuneJob(self.splits.train, self.steps, seed, {}, policy=self.baseline(), output_dir=directory.absolute())
        self.finetune(job)
        recognizer = load_recognizer(directory)
        kind = recognizer.network.config.model_type
        RecognizerJudge(recognizer, f"{kind} trained on the training split under the standard policy").save_pretrained(directory)

    def _warn_of_hurried_rows(self) -> None:
        """Say which transcripts are longer than what the model can answer in their clips' time."""
        model = build_recognizer(self.settings.model, self.train_rows.texts or [])
        pairs = list(zip(self.train_rows.lengths.tolist(), self.train_rows.texts or [], strict=True))
        lost = [row for row, pair in enumerate(pairs) if model.too_short(*pair)]
        if lost:
            shown = ", ".join(map(str, lost[:5])) + (", ..." if len(lost) > 5 else "")
            what = f"{len(lost)} of {len(pairs)} transcripts are too long for what the model can answer (train rows {shown})"
            warnings.warn(f"{what}: {model.lost} of them is learnt. Are they the clips' own?", stacklevel=2)

    def load_judge(self, directory: Path) -> Judge:
        return RecognizerJudge.from_pretrained(directory)

    # downstream ---------------------------------------------------------------------------------------------------

    def fresh_model(self, job: FinetuneJob) -> Recognizer:
        # The characters that a scratch model knows are those of the training split, whatever a job trains on.
        return build_recognizer(self.settings.model, self.train_rows.texts or [], self.codec.sampling_rate, job.seed)

    def load_model(self, directory: Path) -> Recognizer:
        return load_recognizer(directory)

    def make_plan(self, job: FinetuneJob, rows: AudioRows, extra: AudioRows | None, **values: Any) -> SpeechPlan:
        if values.get("policy") is not None and self.window is not None:
            values["policy"] = Within(values["policy"], self.window)
        return SpeechPlan(rows, extra, **values)

    def train_model(self, model: Any, plan: Any, **values: Any) -> float:
        return train(model, plan, self.settings.finetune, **values)

    def score_model(self, model: Any, rows: AudioRows, directory: Path | None = None) -> Evaluation:
        with fixed_threads(self.settings.threads):
            return score(model, list(rows.batches(_TOGETHER)))
