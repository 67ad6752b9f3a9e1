"""`task: text-generation`."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import torch.utils.data
from datasets import Dataset

from augmint.core.errors import UserError
from augmint.core.evaluation.finetuning import batch_size_of, check_finetune, steps_of
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
from augmint.text.causal.plan import LanguagePlan
from augmint.text.causal.settings import GeneratorSettings
from augmint.text.codec import TextCodec, make_codec
from augmint.text.discriminators import TextDiscriminator
from augmint.text.generation.metric import PERPLEXITY
from augmint.text.generation.training import score, train
from augmint.text.generators import ContinuationGenerator
from augmint.text.judge import TextJudge
from augmint.text.models.language_model import LabelLanguageModel
from augmint.text.models.source import LANGUAGE_MODEL, ModelSource, build_config
from augmint.text.policy import TextPolicy, TextPolicySpace, standard_policy
from augmint.text.training.adversarial import adversarial_defaults
from augmint.text.training.arguments import DEFAULT_BATCH_SIZE, with_defaults
from augmint.text.training.rows import RowsDataset, TextRows


class TextGeneration(Task):
    """Texts that a language model goes on from; the metric is the perplexity of real held-out ones, less is better."""

    name: ClassVar[str] = "text-generation"
    modality: ClassVar[str] = "text"
    metric: ClassVar[Metric] = PERPLEXITY
    default_columns: ClassVar[Mapping[str, str]] = {"text": "text"}
    model_keys: ClassVar[Mapping[str, Any]] = {"max_length": int}

    def __init__(self, splits: Splits, settings: TaskSettings) -> None:
        super().__init__(splits, settings)
        self.codec: TextCodec
        self.model_source = ModelSource.from_dict(settings.model)
        self.generator_settings = GeneratorSettings.from_dict(settings.generator)

    # rows ---------------------------------------------------------------------------------------------------------

    @classmethod
    def make_codec(cls, dataset: Dataset, columns: Mapping[str, str]) -> RowCodec:
        for role in columns:
            if role not in cls.default_columns:
                raise UserError(f"{role!r} is not a column role of {cls.name}.", where="data.columns", fix="Give a text column.")
        # A label that happens to be there plays no part.
        return make_codec(dataset, {**columns, "label": ""})

    def check_settings(self) -> None:
        from transformers import AutoModelForCausalLM

        check_finetune(self.settings.finetune)
        if self.settings.judge:
            key = next(iter(self.settings.judge))
            raise UserError(
                f"{key!r} is not known: text generation's judge has no settings.", where=f"judge.{key}", fix="Leave judge out."
            )
        build_config(self.model_source, AutoModelForCausalLM, LANGUAGE_MODEL, {})
        build_config(self.generator_source, AutoModelForCausalLM, LANGUAGE_MODEL, {}, "generator")
        if self.splits.unlabeled is not None:
            raise UserError(
                "Text generation makes no use of unlabelled rows: further texts are training rows.",
                where="data.unlabeled",
                fix="Add them to the training split, or leave them out.",
            )

    @cached_property
    def train_rows(self) -> TextRows:
        return self._rows(self.splits.train)

    def _rows(self, rows: Dataset) -> TextRows:
        return TextRows.of(rows, self.codec)

    # adversarial training -----------------------------------------------------------------------------------------

    @property
    def generator_source(self) -> ModelSource:
        """The generator's model: the recipe's, else the user's own."""
        return self.generator_settings.source or replace(self.model_source, **self.generator_settings.changes)

    def pretrain(self, directory: Path, executor: Executor, steps: int, pseudo_labelled: Dataset | None = None) -> None:
        settings, source = self.generator_settings, self.generator_source
        # The fine-tuning's learning rate suits the generator only where both models are pretrained, or neither is.
        alike = bool(source.name_or_path) == bool(self.model_source.name_or_path)
        chosen = {key: value for key, value in self.settings.finetune.items() if alike or key != "learning_rate"}
        own = {"learning_rate": settings.learning_rate} if settings.learning_rate else {}
        lesson = pretraining.Lesson(
            self.train_rows,
            self._rows(self.splits.validation),
            0,
            source,
            ModelSource(max_length=min(self.model_source.max_length, 512)),
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
            raise ValueError("the networks of text generation are trained by likelihood first: call pretrain")
        generator, discriminator = self.load_networks(start / pretraining.GENERATOR, start / pretraining.DISCRIMINATOR)
        reference = ContinuationGenerator.from_pretrained(start / pretraining.GENERATOR)
        return generator, discriminator, TextObjective(self.generator_settings, reference)

    def adversarial_rows(self, pseudo_labelled: Dataset | None) -> torch.utils.data.Dataset[Batch]:
        return RowsDataset(self.train_rows)

    def adversarial_defaults(self) -> dict[str, Any]:
        return adversarial_defaults(self.settings.threads)

    def accept(self, trained: Generator, start: Path) -> tuple[Generator, dict[str, Any]]:
        return accept(trained, start, self._rows(self.splits.validation), self.settings.threads)

    def plain_generator(self, start: Path) -> Generator | None:
        return ContinuationGenerator.from_pretrained(start / pretraining.CONTINUED)

    def load_networks(self, generator_dir: Path, discriminator_dir: Path) -> tuple[Generator, Discriminator]:
        return ContinuationGenerator.from_pretrained(generator_dir), TextDiscriminator.from_pretrained(discriminator_dir)

    # policy and judge ---------------------------------------------------------------------------------------------

    def policy_space(self) -> PolicySpace:
        return TextPolicySpace(self.name, mint=True)

    def standard_policy(self) -> Policy:
        return standard_policy(self.name)

    def load_policy(self, values: Mapping[str, Any]) -> Policy:
        return TextPolicy.from_dict(values)

    @property
    def steps(self) -> int:
        return steps_of(self.settings.finetune, len(self.splits.train), DEFAULT_BATCH_SIZE)

    def fit_judge(self, directory: Path, executor: Executor) -> None:
        TextJudge.fit(self.train_rows.texts["text"], "text", self.settings.seed % 2**31).save_pretrained(directory)

    def load_judge(self, directory: Path) -> Judge:
        return TextJudge.from_pretrained(directory)

    # downstream ---------------------------------------------------------------------------------------------------

    def finetune(self, job: FinetuneJob) -> FinetuneResult:
        # The tokenizer of a scratch model is that of the training split, whatever a job trains on.
        model = LabelLanguageModel.build(self.model_source, 0, self.train_rows.texts["text"], job.seed, "model")
        plan = LanguagePlan(
            self._rows(job.rows),
            self._rows(job.extra) if job.extra is not None else None,
            job.share,
            job.policy,
            augment_extra=job.augment_extra,
            mint=job.mint,
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
        model = LabelLanguageModel.from_pretrained(directory)
        with fixed_threads(self.settings.threads):
            return score(model, self._rows(rows))
