"""`task: text-classification`."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import torch
import torch.utils.data
from datasets import ClassLabel, Dataset

from augmint.core.errors import UserError
from augmint.core.evaluation.finetuning import batch_size_of, check_finetune, steps_of
from augmint.core.evaluation.pseudo_labels import pseudo_labelled_rows
from augmint.core.interfaces import (
    Batch,
    Discriminator,
    Evaluation,
    FinetuneJob,
    FinetuneResult,
    Generator,
    Judge,
    Metric,
    Objective,
    Policy,
    PolicySpace,
    RowCodec,
    Splits,
    Task,
    TaskSettings,
)
from augmint.core.minting.torch_state import fixed_threads
from augmint.text.causal import pretraining
from augmint.text.causal.acceptance import accept
from augmint.text.causal.objective import TextObjective
from augmint.text.causal.settings import GeneratorSettings
from augmint.text.classification import judge_training
from augmint.text.classification.judge import MARKER, TextClassifierJudge
from augmint.text.classification.plan import ClassificationPlan
from augmint.text.classification.settings import JudgeSettings
from augmint.text.classification.training import score, train
from augmint.text.codec import TextCodec, make_codec
from augmint.text.discriminators import TextDiscriminator
from augmint.text.generators import LabelLMGenerator
from augmint.text.models.classifier import Classifier
from augmint.text.models.source import CLASSIFIER, LANGUAGE_MODEL, ModelSource, build_config
from augmint.text.policy import TextPolicy, TextPolicySpace, standard_policy
from augmint.text.training.adversarial import adversarial_defaults
from augmint.text.training.arguments import DEFAULT_BATCH_SIZE, with_defaults
from augmint.text.training.rows import RowsDataset, TextRows
from augmint.text.vocabulary import collect_words


class TextClassification(Task):
    """One label for each text; the metric is accuracy in per cent."""

    name: ClassVar[str] = "text-classification"
    modality: ClassVar[str] = "text"
    metric: ClassVar[Metric] = Metric("accuracy", unit="%", decimals=2, low=0.0, high=100.0)
    default_columns: ClassVar[Mapping[str, str]] = {"text": "text", "label": "label"}
    model_keys: ClassVar[Mapping[str, Any]] = {"max_length": int}

    def __init__(self, splits: Splits, settings: TaskSettings) -> None:
        super().__init__(splits, settings)
        self.codec: TextCodec
        self.model_source = ModelSource.from_dict(settings.model)
        self.generator_settings = GeneratorSettings.from_dict(settings.generator)
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

    @cached_property
    def train_rows(self) -> TextRows:
        return self._rows(self.splits.train)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the classes."""
        return tuple(self.codec.label_names or ())

    def _rows(self, rows: Dataset) -> TextRows:
        return TextRows.of(rows, self.codec)

    def _with(self, pseudo_labelled: Dataset | None) -> TextRows:
        """The training rows and what the judge labelled of the unlabelled ones."""
        more = self._rows(pseudo_labelled) if pseudo_labelled is not None and len(pseudo_labelled) else None
        return self.train_rows.and_more(more)

    # adversarial training -----------------------------------------------------------------------------------------

    @property
    def generator_source(self) -> ModelSource:
        """The generator's model: the recipe's, else a small one from nothing for texts as long as the classifier reads."""
        settings = self.generator_settings
        return settings.source or replace(ModelSource(max_length=min(self.model_source.max_length, 256)), **settings.changes)

    def pretrain(self, directory: Path, executor: Executor, steps: int, pseudo_labelled: Dataset | None = None) -> None:
        settings, source = self.generator_settings, self.generator_source
        # The classifier's learning rate is not taken over: one of them may be pretrained, the other not.
        chosen = {key: value for key, value in self.settings.finetune.items() if key != "learning_rate"}
        own = {"learning_rate": settings.learning_rate} if settings.learning_rate else {}
        lesson = pretraining.Lesson(
            self._with(pseudo_labelled),
            self._rows(self.splits.validation),
            len(self.names),
            source,
            self.model_source,
            settings,
            with_defaults({**chosen, **own}, pretrained=bool(source.name_or_path)),
            settings.pretrain_steps or self.steps,
            steps,
            self.settings.seed,
            self.settings.threads,
        )
        pretraining.pretrain(directory, lesson, executor)

    def adversarial_networks(self, start: Path | None = None) -> tuple[Generator, Discriminator, Objective]:
        if start is None:
            raise ValueError("the networks of text classification are trained by likelihood first: call pretrain")
        generator, discriminator = self.load_networks(start / pretraining.GENERATOR, start / pretraining.DISCRIMINATOR)
        reference = LabelLMGenerator.from_pretrained(start / pretraining.GENERATOR)
        return generator, discriminator, TextObjective(self.generator_settings, reference)

    def adversarial_rows(self, pseudo_labelled: Dataset | None) -> torch.utils.data.Dataset[Batch]:
        return RowsDataset(self._with(pseudo_labelled))

    def adversarial_defaults(self) -> dict[str, Any]:
        return adversarial_defaults(self.settings.threads, 2e-5 if self.model_source.name_or_path else 1e-4)

    def accept(self, trained: Generator, start: Path) -> tuple[Generator, dict[str, Any]]:
        return accept(trained, start, self._rows(self.splits.validation), self.settings.threads)

    def plain_generator(self, start: Path) -> Generator | None:
        return LabelLMGenerator.from_pretrained(start / pretraining.CONTINUED)

    def load_networks(self, generator_dir: Path, discriminator_dir: Path) -> tuple[Generator, Discriminator]:
        return LabelLMGenerator.from_pretrained(generator_dir), TextDiscriminator.from_pretrained(discriminator_dir)

    # policy and judge ---------------------------------------------------------------------------------------------

    @cached_property
    def _space(self) -> PolicySpace:
        return TextPolicySpace(self.name, {"text": collect_words(self.train_rows.texts["text"])}, mint=True)

    def policy_space(self) -> PolicySpace:
        return self._space

    def standard_policy(self) -> Policy:
        return standard_policy(self.name)

    def load_policy(self, values: Mapping[str, Any]) -> Policy:
        return TextPolicy.from_dict(values)

    @property
    def steps(self) -> int:
        return steps_of(self.settings.finetune, len(self.splits.train), DEFAULT_BATCH_SIZE)

    def fit_judge(self, directory: Path, executor: Executor) -> None:
        """Several classifiers on the training rows; with unlabelled rows, rounds of pseudo-labels follow (self-training).

        Source: Lee 2013, "Pseudo-label"; Xie et al. 2020, "Self-training with Noisy Student improves ImageNet classification".
        """
        judging = self.judge_settings
        lesson = judge_training.Lesson(
            self.train_rows,
            self._rows(self.splits.validation),
            self.names,
            {"no augmentation": None, "the standard policy": self.standard_policy()},
            self.model_source,
            self.settings.finetune,
            self.steps,
            self.settings.seed,
            self.settings.threads,
        )
        rounds = judging.rounds if self.splits.unlabeled is not None else 0
        folders = [directory.with_name(f"{directory.name}-round-{number}") for number in range(rounds)] + [directory]
        for number, folder in enumerate(folders):
            if (folder / MARKER).is_file():
                continue
            if number:
                more = self.pseudo_labelled(self.load_judge(folders[number - 1]))
                extra = self._rows(more) if more is not None and len(more) else None
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

    def finetune(self, job: FinetuneJob) -> FinetuneResult:
        # The tokenizer of a scratch model is that of the training split, whatever a job trains on.
        model = Classifier.build(self.model_source, self.names, self.train_rows.texts["text"], job.seed)
        plan = ClassificationPlan(
            self._rows(job.rows),
            self._rows(job.extra) if job.extra is not None else None,
            share=job.share,
            policy=job.policy,
            soft=job.extra_targets,
            augment_extra=job.augment_extra,
            mint=job.mint,
            classes=len(self.names),
            batch_size=batch_size_of(self.settings.finetune, DEFAULT_BATCH_SIZE),
            steps=job.steps,
            seed=job.seed,
        )
        pretrained = bool(self.model_source.name_or_path)
        with fixed_threads(self.settings.threads):
            seconds = train(model, plan, self.settings.finetune, pretrained=pretrained, steps=job.steps, seed=job.seed)
            scores = {split: score(model, self._rows(rows)) for split, rows in job.evaluate.items()}
        if job.output_dir is not None:
            model.save_pretrained(job.output_dir)
        return FinetuneResult.of(scores, seconds)

    def evaluate(self, directory: Path, rows: Dataset) -> Evaluation:
        model = Classifier.from_pretrained(directory)
        with fixed_threads(self.settings.threads):
            return score(model, self._rows(rows))
