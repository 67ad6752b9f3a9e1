"""`task: translation`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from datasets import Dataset

from augmint.core.evaluation.arms import COPIED
from augmint.core.evaluation.finetuning import check_finetune
from augmint.core.interfaces import (
    Discriminator,
    Evaluation,
    FinetuneJob,
    Generator,
    Judge,
    Metric,
    Objective,
    OutputFigures,
    PolicySpace,
    RowCodec,
)
from augmint.text.codec import TextCodec, make_codec
from augmint.text.discriminators import PairDiscriminator
from augmint.text.generators import Seq2SeqGenerator
from augmint.text.gloss import Glosser, read_dictionary
from augmint.text.judge import TextJudge
from augmint.text.lexicon import collect_lexicon
from augmint.text.models.source import ModelSource
from augmint.text.policy import TextPolicySpace
from augmint.text.seq2seq import Seq2SeqModel, Seq2SeqSource
from augmint.text.seq2seq.config import seq2seq_config
from augmint.text.seq2seq.languages import told_tokenizer
from augmint.text.task import TextTask
from augmint.text.training.folders import CONTINUED, DISCRIMINATOR, GENERATOR
from augmint.text.training.rows import TextRows
from augmint.text.training.settings import AdversarialSettings
from augmint.text.translation import pretraining
from augmint.text.translation.columns import need_pairs
from augmint.text.translation.metric import CHRF
from augmint.text.translation.monolingual import monolingual_targets
from augmint.text.translation.objective import PairObjective
from augmint.text.translation.plan import TranslationPlan
from augmint.text.translation.settings import GeneratorSettings
from augmint.text.translation.significance import TRANSLATIONS, paired_tests, read_texts
from augmint.text.translation.training import DEFAULT_BATCH_SIZE, DEFAULTS, score, train
from augmint.text.vocabulary import collect_words


class Translation(TextTask):
    """Pairs of texts; the metric is chrF++ of the corpus, [0, 100]."""

    name: ClassVar[str] = "translation"
    metric: ClassVar[Metric] = CHRF
    default_columns: ClassVar[Mapping[str, str]] = {"source": "source", "target": "target"}
    model_keys: ClassVar[Mapping[str, Any]] = {
        "max_length": int,
        "source_prefix": str,
        "src_lang": str | None,
        "tgt_lang": str | None,
        "bf16": bool,
    }
    policy_keys: ClassVar[Mapping[str, Any]] = {**TextTask.policy_keys, "masked_lm": str}
    generator_files: ClassVar[tuple[str, ...]] = ("dictionary",)
    controls: ClassVar[tuple[str, ...]] = (COPIED,)
    guard: ClassVar[str] = "chrF++"
    guard_greater_is_better: ClassVar[bool] = True
    discriminator_type: ClassVar[Any] = PairDiscriminator
    source_type: ClassVar[type[ModelSource]] = Seq2SeqSource
    settings_type: ClassVar[type[AdversarialSettings]] = GeneratorSettings
    batch_size: ClassVar[int] = DEFAULT_BATCH_SIZE

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
        self.refuse_judge_settings()
        for source, where in ((self.model_source, "model"), (self.generator_source, "generator")):
            seq2seq_config(source, {}, where)
            if source.name_or_path:
                told_tokenizer(source, where)
        self.read_dictionary()
        self.check_policy_models()

    @cached_property
    def train_texts(self) -> tuple[list[str], list[str]]:
        return self._texts(self.splits.train)

    def _texts(self, rows: Dataset) -> tuple[list[str], list[str]]:
        return self.codec.texts(rows, "source"), self.codec.texts(rows, "target")

    @property
    def tokenizer_texts(self) -> tuple[str, ...]:
        """What scratch models' tokenizers are trained on: both sides of the training pairs."""
        return (*self.train_texts[0], *self.train_texts[1])

    def read_dictionary(self) -> list[tuple[str, str]]:
        """Words of the source language and their translations, from the file that the recipe names, if any. Raises UserError where
        it is faulty."""
        path = self.generator_settings.dictionary
        return read_dictionary(path) if path else []

    # adversarial training -----------------------------------------------------------------------------------------

    @property
    def generator_source(self) -> Seq2SeqSource:
        """The generator's model: the recipe's, else one like the user's scratch model, else a small one from nothing."""
        own, settings = self.model_source, self.generator_settings
        like = Seq2SeqSource(scratch=own.scratch, max_length=own.max_length, bf16=own.bf16)
        chosen: Seq2SeqSource = settings.source or replace(like, **settings.changes)
        return chosen

    def pretrain(self, directory: Path, executor: Executor, steps: int, pseudo_labelled: Dataset | None = None) -> None:
        settings, source = self.generator_settings, self.generator_source
        self._fit_glosser(directory)
        lesson = pretraining.Lesson(
            self.train_texts,
            self._texts(self.splits.validation),
            source,
            self.tokenizer_texts,
            settings,
            DEFAULTS.over(self.likelihood_values(source), pretrained=bool(source.name_or_path)),
            settings.pretrain_steps or self.steps,
            steps,
            self.settings.seed,
            self.settings.threads,
        )
        pretraining.pretrain(directory, lesson, executor)

    def _fit_glosser(self, directory: Path) -> None:
        if Glosser.found(directory) is None:
            sources, targets = self.train_texts
            entries = [(target, source) for source, target in self.read_dictionary()]
            Glosser.fit(targets, sources, entries).save_pretrained(directory)

    def adversarial_networks(self, start: Path | None = None) -> tuple[Generator, Discriminator, Objective]:
        if start is None:
            raise ValueError("translation's networks are trained by likelihood first: call pretrain")
        generator = _with_glosser(start, GENERATOR)
        discriminator = PairDiscriminator.from_pretrained(start / DISCRIMINATOR)
        if self.generator_settings.share_embeddings:
            for member in discriminator.members:  # which learnt with these very weights
                pretraining.share_embeddings(member, generator.network)
        reference = Seq2SeqGenerator.from_pretrained(start / GENERATOR)
        return generator, discriminator, PairObjective(self.generator_settings, reference)

    def guard_scores(self, generator: Any, start: Path) -> tuple[float, float]:
        held, threads = self._texts(self.splits.validation), self.settings.threads
        return pretraining.backward_chrf(generator.model, held, threads), pretraining.continued_chrf(start)

    def calibrate(self, generator: Any, discriminator: Any) -> None:
        held, settings = self._texts(self.splits.validation), self.settings
        pretraining.calibrate_against(generator.model, discriminator, held, settings.seed, settings.threads)

    def plain_generator(self, start: Path) -> Seq2SeqGenerator:
        return _with_glosser(start, CONTINUED)

    def load_networks(self, generator_dir: Path, discriminator_dir: Path) -> tuple[Generator, Discriminator]:
        return Seq2SeqGenerator.from_pretrained(generator_dir), PairDiscriminator.from_pretrained(discriminator_dir)

    def conditions(self) -> Dataset | None:
        return self.splits.unlabeled

    # policy and judge ---------------------------------------------------------------------------------------------

    def make_space(self) -> PolicySpace:
        names = self.protect_names
        words = {role: collect_words(texts, protect_names=names) for role, texts in zip(("source", "target"), self.train_texts)}
        pairs = collect_lexicon(*self.train_texts)
        return TextPolicySpace(self.name, words, mint=True, protect_names=names, lexicon=pairs, masked_lm=self.masked_lm)

    def fit_judge(self, directory: Path, executor: Executor) -> None:
        TextJudge.fit(self.train_texts[0], "source", self.settings.seed % 2**31).save_pretrained(directory)

    def load_judge(self, directory: Path) -> Judge:
        return TextJudge.from_pretrained(directory)

    # downstream ---------------------------------------------------------------------------------------------------

    def fresh_model(self, job: FinetuneJob) -> Seq2SeqModel:
        model = Seq2SeqModel.build(self.model_source, self.tokenizer_texts, job.seed)
        if job.mint is not None and job.mint.tagged and job.extra is not None:
            model.add_tag(job.seed)
        return model

    def load_model(self, directory: Path) -> Seq2SeqModel:
        return Seq2SeqModel.from_pretrained(directory)

    def make_plan(self, job: FinetuneJob, rows: TextRows, extra: TextRows | None, **values: Any) -> TranslationPlan:
        return TranslationPlan(rows, extra, **values)

    def train_model(self, model: Any, plan: Any, **values: Any) -> float:
        finetune = {key: value for key, value in self.settings.finetune.items() if not key.startswith("generation_")}
        return train(model, plan, finetune, **values)

    def score_model(self, model: Any, rows: TextRows, directory: Path | None = None) -> Evaluation:
        kept = directory / TRANSLATIONS if directory is not None else None
        return score(model, rows, num_beams=self.num_beams, kept=kept)

    @property
    def num_beams(self) -> int:
        """Beams of what is scored: `finetune.generation_num_beams`, or none."""
        return int(self.settings.finetune.get("generation_num_beams") or 1)

    def output_figures(self, kept: Mapping[str, Sequence[Path]], rows: Dataset) -> OutputFigures | None:
        written = {arm: [text for folder in folders for text in read_texts(folder)] for arm, folders in kept.items()}
        return paired_tests(written, self.codec.texts(rows, "target"))


def _with_glosser(start: Path, name: str) -> Seq2SeqGenerator:
    return Seq2SeqGenerator(Seq2SeqModel.from_pretrained(start / name), Glosser.found(start))


def _default_columns(dataset: Dataset) -> dict[str, str]:
    return {role: role for role in ("source", "target") if role in dataset.column_names}
