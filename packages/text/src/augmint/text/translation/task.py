"""`task: translation`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    OutputFigures,
    Policy,
    PolicySpace,
    RowCodec,
    Splits,
    Task,
    TaskSettings,
)
from augmint.core.minting.torch_state import fixed_threads
from augmint.text.codec import TextCodec, make_codec
from augmint.text.discriminators import PairDiscriminator
from augmint.text.generators import Seq2SeqGenerator
from augmint.text.judge import TextJudge
from augmint.text.lexicon import collect_lexicon
from augmint.text.policy import TextPolicy, TextPolicySpace, standard_policy
from augmint.text.seq2seq import Seq2SeqModel, Seq2SeqSource
from augmint.text.seq2seq.config import seq2seq_config
from augmint.text.training.adversarial import adversarial_defaults
from augmint.text.training.rows import RowsDataset, TextRows
from augmint.text.translation import pretraining
from augmint.text.translation.columns import need_pairs
from augmint.text.translation.metric import CHRF
from augmint.text.translation.monolingual import monolingual_targets
from augmint.text.translation.objective import PairObjective
from augmint.text.translation.plan import TranslationPlan
from augmint.text.translation.settings import GeneratorSettings
from augmint.text.translation.significance import TRANSLATIONS, paired_tests, read_texts
from augmint.text.translation.training import COMMON, DEFAULT_BATCH_SIZE, PRETRAINED, SCRATCH, score, train
from augmint.text.vocabulary import collect_words


class Translation(Task):
    """Pairs of texts; the metric is chrF++ of the corpus, [0, 100]."""

    name: ClassVar[str] = "translation"
    modality: ClassVar[str] = "text"
    metric: ClassVar[Metric] = CHRF
    default_columns: ClassVar[Mapping[str, str]] = {"source": "source", "target": "target"}
    model_keys: ClassVar[Mapping[str, Any]] = {
        "max_length": int,
        "source_prefix": str,
        "src_lang": str | None,
        "tgt_lang": str | None,
        "bf16": bool,
    }

    def __init__(self, splits: Splits, settings: TaskSettings) -> None:
        super().__init__(splits, settings)
        self.codec: TextCodec
        self.model_source = Seq2SeqSource.from_dict(settings.model)
        self.generator_settings = GeneratorSettings.from_dict(settings.generator)

    @classmethod
    def training_arguments(cls) -> type:
        from transformers import Seq2SeqTrainingArguments

        return Seq2SeqTrainingArguments

    # rows ---------------------------------------------------------------------------------------------------------

    @classmethod
    def make_codec(cls, dataset: Dataset, columns: Mapping[str, str]) -> RowCodec:
        return need_pairs(make_codec(dataset, {**_default_columns(dataset), **columns}), dataset)

    @classmethod
    def unlabeled_rows(cls, found: Dataset, codec: RowCodec, splits: Mapping[str, Dataset]) -> tuple[Dataset, list[str]] | None:
        assert isinstance(codec, TextCodec)
        return monolingual_targets(found, codec, splits)

    def check_settings(self) -> None:
        check_finetune(self.settings.finetune)
        if self.settings.judge:
            key = next(iter(self.settings.judge))
            raise UserError(
                f"{key!r} is not known: translation's judge has no settings.", where=f"judge.{key}", fix="Leave judge out."
            )
        seq2seq_config(self.model_source, {})
        seq2seq_config(self.generator_source, {}, "generator")

    @cached_property
    def train_texts(self) -> tuple[list[str], list[str]]:
        return self._texts(self.splits.train)

    def _texts(self, rows: Dataset) -> tuple[list[str], list[str]]:
        return self.codec.texts(rows, "source"), self.codec.texts(rows, "target")

    @property
    def tokenizer_texts(self) -> tuple[str, ...]:
        """What scratch models' tokenizers are trained on: both sides of the training pairs."""
        return (*self.train_texts[0], *self.train_texts[1])

    # adversarial training -----------------------------------------------------------------------------------------

    @property
    def generator_source(self) -> Seq2SeqSource:
        """The generator's model: the recipe's, else one like the user's scratch model, else a small one from nothing."""
        settings = self.generator_settings
        own = self.model_source
        like = Seq2SeqSource(scratch=own.scratch, max_length=own.max_length, bf16=own.bf16)
        return settings.source or replace(like, **settings.changes)

    def pretrain(self, directory: Path, executor: Executor, steps: int, pseudo_labelled: Dataset | None = None) -> None:
        settings = self.generator_settings
        source = self.generator_source
        defaults = {**COMMON, **(PRETRAINED if source.name_or_path else SCRATCH)}
        # The fine-tuning's learning rate suits the generator only where both models are pretrained, or neither is.
        alike = bool(source.name_or_path) == bool(self.model_source.name_or_path)
        chosen = {key: value for key, value in self.settings.finetune.items() if alike or key != "learning_rate"}
        own = {"learning_rate": settings.learning_rate} if settings.learning_rate else {}
        lesson = pretraining.Lesson(
            self.train_texts,
            self._texts(self.splits.validation),
            source,
            self.tokenizer_texts,
            settings,
            {**defaults, **chosen, **own},
            settings.pretrain_steps or self.steps,
            steps,
            self.settings.seed,
            self.settings.threads,
        )
        pretraining.pretrain(directory, lesson, executor)

    def adversarial_networks(self, start: Path | None = None) -> tuple[Generator, Discriminator, Objective]:
        if start is None:
            raise ValueError("translation's networks are trained by likelihood first: call pretrain")
        generator = Seq2SeqGenerator.from_pretrained(start / pretraining.GENERATOR)
        discriminator = PairDiscriminator.from_pretrained(start / pretraining.DISCRIMINATOR)
        if self.generator_settings.share_embeddings:
            for member in discriminator.members:
                member.network.set_input_embeddings(generator.network.get_input_embeddings())  # type: ignore[union-attr, operator]
                member.network.tie_weights()  # type: ignore[union-attr, operator]
        reference = Seq2SeqGenerator.from_pretrained(start / pretraining.GENERATOR)
        return generator, discriminator, PairObjective(self.generator_settings, reference)

    def adversarial_rows(self, pseudo_labelled: Dataset | None) -> torch.utils.data.Dataset[Batch]:
        return RowsDataset(TextRows.of(self.splits.train, self.codec))

    def adversarial_defaults(self) -> dict[str, Any]:
        return adversarial_defaults(self.settings.threads)

    def accept(self, trained: Generator, start: Path) -> tuple[Generator, dict[str, Any]]:
        """The adversarially trained generator where its validation chrF++ is at least that of likelihood training as long."""
        assert isinstance(trained, Seq2SeqGenerator)
        tuned = pretraining.backward_chrf(trained.model, self._texts(self.splits.validation), self.settings.threads)
        plain = pretraining.continued_chrf(start)
        figures = {"validation_chrf": tuned, "continued_validation_chrf": plain, "accepted": tuned >= plain}
        if tuned >= plain:
            said = (
                f"Adversarial training was kept: its generator has chrF++ {tuned:.2f} on validation, likelihood alone {plain:.2f}."
            )
            return trained, {**figures, "notice": said}
        said = (
            f"Adversarial training was dropped: its generator has chrF++ {tuned:.2f} on validation, and as many further steps of "
            f"likelihood {plain:.2f}. Rows are minted by the latter."
        )
        return Seq2SeqGenerator.from_pretrained(start / pretraining.CONTINUED), {**figures, "notice": said}

    def plain_generator(self, start: Path) -> Generator | None:
        return Seq2SeqGenerator.from_pretrained(start / pretraining.CONTINUED)

    def load_networks(self, generator_dir: Path, discriminator_dir: Path) -> tuple[Generator, Discriminator]:
        return Seq2SeqGenerator.from_pretrained(generator_dir), PairDiscriminator.from_pretrained(discriminator_dir)

    def conditions(self) -> Dataset | None:
        return self.splits.unlabeled

    # policy and judge ---------------------------------------------------------------------------------------------

    @cached_property
    def _space(self) -> PolicySpace:
        words = {role: collect_words(texts) for role, texts in zip(("source", "target"), self.train_texts)}
        return TextPolicySpace(self.name, words, mint=True, lexicon=collect_lexicon(*self.train_texts))

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
        TextJudge.fit(self.train_texts[0], "source", self.settings.seed % 2**31).save_pretrained(directory)

    def load_judge(self, directory: Path) -> Judge:
        return TextJudge.from_pretrained(directory)

    # downstream ---------------------------------------------------------------------------------------------------

    def finetune(self, job: FinetuneJob) -> FinetuneResult:
        model = Seq2SeqModel.build(self.model_source, self.tokenizer_texts, job.seed)
        if job.mint is not None and job.mint.tagged and job.extra is not None:
            model.add_tag(job.seed)
        plan = TranslationPlan(
            TextRows.of(job.rows, self.codec),
            TextRows.of(job.extra, self.codec) if job.extra is not None else None,
            share=job.share,
            policy=job.policy,
            augment_extra=job.augment_extra,
            mint=job.mint,
            batch_size=batch_size_of(self.settings.finetune, DEFAULT_BATCH_SIZE),
            steps=job.steps,
            seed=job.seed,
        )
        finetune = {key: value for key, value in self.settings.finetune.items() if not key.startswith("generation_")}
        with fixed_threads(self.settings.threads):
            seconds = train(model, plan, finetune, pretrained=bool(self.model_source.name_or_path), steps=job.steps, seed=job.seed)
            scores = {
                split: score(model, TextRows.of(rows, self.codec), num_beams=self.num_beams) for split, rows in job.evaluate.items()
            }
        if job.output_dir is not None:
            model.save_pretrained(job.output_dir)
        return FinetuneResult.of(scores, seconds)

    @property
    def num_beams(self) -> int:
        """Beams of what is scored: `finetune.generation_num_beams`, or none."""
        return int(self.settings.finetune.get("generation_num_beams") or 1)

    def evaluate(self, directory: Path, rows: Dataset) -> Evaluation:
        model = Seq2SeqModel.from_pretrained(directory)
        with fixed_threads(self.settings.threads):
            return score(model, TextRows.of(rows, self.codec), num_beams=self.num_beams, kept=directory / TRANSLATIONS)

    def output_figures(self, kept: Mapping[str, Sequence[Path]], rows: Dataset) -> OutputFigures | None:
        written = {arm: [text for folder in folders for text in read_texts(folder)] for arm, folders in kept.items()}
        return paired_tests(written, self.codec.texts(rows, "target"))


def _default_columns(dataset: Dataset) -> dict[str, str]:
    return {role: role for role in ("source", "target") if role in dataset.column_names}
