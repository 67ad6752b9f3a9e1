"""`task: text-classification`."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import torch
import torch.utils.data
from datasets import ClassLabel, Dataset

from augmint.core.errors import UserError
from augmint.core.evaluation.ensemble import rounds_of
from augmint.core.evaluation.finetuning import check_finetune
from augmint.core.evaluation.judge_settings import JudgeSettings
from augmint.core.evaluation.pseudo_labels import pseudo_labelled_rows
from augmint.core.interfaces import (
    Evaluation,
    FinetuneJob,
    Judge,
    Metric,
    PolicySpace,
    RowCodec,
    Splits,
    TaskSettings,
)
from augmint.core.minting.torch_state import fixed_threads
from augmint.text.causal.task import CausalTask
from augmint.text.classification import judge_training
from augmint.text.classification.judge import MARKER, TextClassifierJudge
from augmint.text.classification.plan import ClassificationPlan
from augmint.text.classification.training import score, train
from augmint.text.codec import make_codec
from augmint.text.generators import LabelLMGenerator
from augmint.text.models.classifier import Classifier
from augmint.text.models.source import CLASSIFIER, LANGUAGE_MODEL, ModelSource, build_config
from augmint.text.policy import TextPolicySpace
from augmint.text.training.adversarial import adversarial_defaults
from augmint.text.training.rows import TextRows
from augmint.text.vocabulary import collect_words


class TextClassification(CausalTask):
    """One label for each text; the metric is accuracy in per cent."""

    name: ClassVar[str] = "text-classification"
    metric: ClassVar[Metric] = Metric("accuracy", unit="%", decimals=2, low=0.0, high=100.0)
    default_columns: ClassVar[Mapping[str, str]] = {"text": "text", "label": "label"}
    generator_type: ClassVar[type[LabelLMGenerator]] = LabelLMGenerator

    def __init__(self, splits: Splits, settings: TaskSettings) -> None:
        super().__init__(splits, settings)
        self.judge_settings = JudgeSettings.from_dict(settings.judge)

    # rows ---------------------------------------------------------------------------------------------------------

    @classmethod
    def make_codec(cls, dataset: Dataset, columns: Mapping[str, str]) -> RowCodec:
        for role in columns:
            if role not in cls.default_columns:
                raise UserError(
                    f"{role!r} is not a column role of {cls.name}.", where="data.columns", fix="Give a text and a label column."
                )
        codec = make_codec(dataset, columns)
        name = codec.columns.get("label")
        if name is None or not isinstance(dataset.features[name], ClassLabel):
            there = ", ".join(dataset.column_names)
            what = f"Column {name!r} holds {dataset.features[name]}, not class labels." if name else "There is no label column."
            raise UserError(
                what,
                where="data.columns.label",
                fix=f"Name a column of class labels (whole numbers or strings). Columns there are: {there}.",
            )
        return codec

    def check_settings(self) -> None:
        from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

        check_finetune(self.settings.finetune)
        build_config(self.model_source, AutoModelForSequenceClassification, CLASSIFIER, {})
        build_config(self.generator_source, AutoModelForCausalLM, LANGUAGE_MODEL, {}, "generator")

    @property
    def names(self) -> tuple[str, ...]:
        """Of the classes."""
        return tuple(self.codec.label_names or ())

    # adversarial training -----------------------------------------------------------------------------------------

    @property
    def generator_source(self) -> ModelSource:
        """The generator's model: the recipe's, else a small one from nothing for texts as long as the classifier reads."""
        settings = self.generator_settings
        small = ModelSource(max_length=min(self.model_source.max_length, 256))
        chosen: ModelSource = settings.source or replace(small, **settings.changes)
        return chosen

    @property
    def critic_source(self) -> ModelSource:
        """The user's own model."""
        own: ModelSource = self.model_source
        return own

    def adversarial_defaults(self) -> dict[str, Any]:
        return adversarial_defaults(self.settings.threads, 2e-5 if self.model_source.name_or_path else 1e-4)

    # policy and judge ---------------------------------------------------------------------------------------------

    def make_space(self) -> PolicySpace:
        return TextPolicySpace(self.name, {"text": collect_words(self.train_rows.texts["text"])}, mint=True)

    def fit_judge(self, directory: Path, executor: Executor) -> None:
        """Several classifiers on the training rows; with unlabelled rows, rounds of pseudo-labels follow (self-training).

        Source: Lee 2013, "Pseudo-label"; Xie et al. 2020, "Self-training with Noisy Student improves ImageNet classification".
        """
        judging = self.judge_settings
        lesson = judge_training.Lesson(
            self.train_rows,
            self.rows(self.splits.validation),
            self.names,
            {"no augmentation": None, "the standard policy": self.standard_policy()},
            self.model_source,
            self.settings.finetune,
            self.steps,
            self.settings.seed,
            self.settings.threads,
        )
        rounds = judging.rounds if self.splits.unlabeled is not None else 0
        folders = rounds_of(directory, rounds)
        for number, folder in enumerate(folders):
            if (folder / MARKER).is_file():
                continue
            if number:
                more = self.pseudo_labelled(self.load_judge(folders[number - 1]))
                extra = self.rows(more) if more is not None and len(more) else None
                lesson = replace(lesson, extra=extra, share=judging.pseudo_share, key=f"judge-{number}")
            judge_training.fit(folder, lesson, judging.members, executor)

    def load_judge(self, directory: Path) -> Judge:
        return TextClassifierJudge.from_pretrained(directory)

    def pseudo_labelled(self, judge: Judge) -> Dataset | None:
        """Unlabelled texts that the judge is sure enough of (see `pseudo_labelled_rows`)."""
        unlabeled, columns = self.splits.unlabeled, self.codec.columns
        if unlabeled is None:
            return None
        rows = TextRows({"text": self.codec.texts(unlabeled, "text")})
        blocks = [range(at, min(at + 256, len(rows))) for at in range(0, len(rows), 256)]
        with fixed_threads(self.settings.threads):
            said = torch.cat([judge.probabilities(rows.batch(block)) for block in blocks])
        least, features = self.judge_settings.min_confidence, self.splits.train.features
        return pseudo_labelled_rows(unlabeled, columns["text"], columns["label"], said, least, features)

    # downstream ---------------------------------------------------------------------------------------------------

    def fresh_model(self, job: FinetuneJob) -> Classifier:
        # The tokenizer of a scratch model is that of the training split, whatever a job trains on.
        return Classifier.build(self.model_source, self.names, self.train_rows.texts["text"], job.seed)

    def load_model(self, directory: Path) -> Classifier:
        return Classifier.from_pretrained(directory)

    def make_plan(self, job: FinetuneJob, rows: TextRows, extra: TextRows | None, **values: Any) -> ClassificationPlan:
        return ClassificationPlan(rows, extra, soft=job.extra_targets, classes=len(self.names), **values)

    def train_model(self, model: Any, plan: Any, **values: Any) -> float:
        return train(model, plan, self.settings.finetune, **values)

    def score_model(self, model: Any, rows: TextRows, directory: Path | None = None) -> Evaluation:
        return score(model, rows)
