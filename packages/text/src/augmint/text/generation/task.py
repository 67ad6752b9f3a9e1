"""`task: text-generation`."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from datasets import Dataset

from augmint.core.errors import UserError
from augmint.core.evaluation.finetuning import check_finetune
from augmint.core.interfaces import Evaluation, FinetuneJob, Judge, Metric, PolicySpace, RowCodec
from augmint.text.causal.plan import LanguagePlan
from augmint.text.causal.task import CausalTask
from augmint.text.codec import make_codec
from augmint.text.generation.metric import PERPLEXITY
from augmint.text.generation.training import score, train
from augmint.text.generators import ContinuationGenerator, LabelLMGenerator
from augmint.text.judge import TextJudge
from augmint.text.models.language_model import LabelLanguageModel
from augmint.text.models.source import LANGUAGE_MODEL, ModelSource, build_config
from augmint.text.policy import TextPolicySpace
from augmint.text.training.rows import TextRows

CRITIC_LENGTH = 512
"""Tokens that the discriminator reads at most."""


class TextGeneration(CausalTask):
    """Texts that a language model goes on from; the metric is the perplexity of real held-out ones, less is better."""

    name: ClassVar[str] = "text-generation"
    metric: ClassVar[Metric] = PERPLEXITY
    default_columns: ClassVar[Mapping[str, str]] = {"text": "text"}
    generator_type: ClassVar[type[LabelLMGenerator]] = ContinuationGenerator
    writes: ClassVar[bool] = True

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
        self.refuse_judge_settings()
        build_config(self.model_source, AutoModelForCausalLM, LANGUAGE_MODEL, {})
        build_config(self.generator_source, AutoModelForCausalLM, LANGUAGE_MODEL, {}, "generator")
        if self.splits.unlabeled is not None:
            raise UserError(
                "Text generation makes no use of unlabelled rows: further texts are training rows.",
                where="data.unlabeled",
                fix="Add them to the training split, or leave them out.",
            )

    @property
    def generator_source(self) -> ModelSource:
        """The recipe's, else the user's own."""
        own: ModelSource = self.generator_settings.source or replace(self.model_source, **self.generator_settings.changes)
        return own

    @property
    def critic_source(self) -> ModelSource:
        """A small one from nothing."""
        return ModelSource(max_length=min(self.model_source.max_length, CRITIC_LENGTH))

    def make_space(self) -> PolicySpace:
        return TextPolicySpace(self.name, mint=True, protect_names=self.protect_names)

    def fit_judge(self, directory: Path, executor: Executor) -> None:
        TextJudge.fit(self.train_rows.texts["text"], "text", self.settings.seed % 2**31).save_pretrained(directory)

    def load_judge(self, directory: Path) -> Judge:
        return TextJudge.from_pretrained(directory)

    # downstream ---------------------------------------------------------------------------------------------------

    def fresh_model(self, job: FinetuneJob) -> LabelLanguageModel:
        # The tokenizer of a scratch model is that of the training split, whatever a job trains on.
        return LabelLanguageModel.build(self.model_source, 0, self.train_rows.texts["text"], job.seed, "model")

    def load_model(self, directory: Path) -> LabelLanguageModel:
        return LabelLanguageModel.from_pretrained(directory)

    def make_plan(self, job: FinetuneJob, rows: TextRows, extra: TextRows | None, **values: Any) -> LanguagePlan:
        return LanguagePlan(rows, extra, **values)

    def train_model(self, model: Any, plan: Any, **values: Any) -> float:
        return train(model, plan, self.settings.finetune, **values)

    def score_model(self, model: Any, rows: TextRows, directory: Path | None = None) -> Evaluation:
        return score(model, rows)
