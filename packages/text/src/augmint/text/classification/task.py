"""`task: text-classification`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from datasets import ClassLabel, Dataset

from augmint.core.errors import UserError
from augmint.core.evaluation.classifier_task import ClassifierTask
from augmint.core.evaluation.finetuning import check_finetune
from augmint.core.evaluation.labelled_plan import LabelledPlan
from augmint.core.interfaces import (
    Batch,
    Evaluation,
    FinetuneJob,
    Judge,
    Policy,
    PolicySpace,
    RowCodec,
)
from augmint.text.causal.task import CausalTask
from augmint.text.classification.judge import TextClassifierJudge, mark
from augmint.text.classification.training import score, train
from augmint.text.codec import TextCodec, make_codec
from augmint.text.generators import LabelLMGenerator
from augmint.text.models.classifier import Classifier
from augmint.text.models.source import CLASSIFIER, LANGUAGE_MODEL, ModelSource, build_config
from augmint.text.policy import TextPolicySpace, standard_policy
from augmint.text.rules.near_duplicate import NearDuplicate
from augmint.text.synonyms import collect_synonyms
from augmint.text.training.adversarial import adversarial_defaults
from augmint.text.training.rows import TextRows
from augmint.text.vocabulary import collect_words


class TextClassification(CausalTask, ClassifierTask):
    """One label for each text; the metric is accuracy in per cent."""

    name: ClassVar[str] = "text-classification"
    payload: ClassVar[str] = "text"
    default_columns: ClassVar[Mapping[str, str]] = {"text": "text", "label": "label"}
    policy_keys: ClassVar[Mapping[str, Any]] = {**CausalTask.policy_keys, "synonyms": str, "masked_lm": str, "round_trip_to": str,
                                                "round_trip_back": str}
    generator_type: ClassVar[type[LabelLMGenerator]] = LabelLMGenerator

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

    @classmethod
    def find_near_copies(cls, codec: RowCodec, held: Sequence[Dataset]) -> Callable[[Dataset], Sequence[bool]]:
        assert isinstance(codec, TextCodec)
        known = NearDuplicate.fit({"text": [text for rows in held for text in codec.texts(rows, "text")]})
        return lambda rows: known.rejects({"text": codec.texts(rows, "text")}).tolist()  # type: ignore[no-any-return]

    def check_settings(self) -> None:
        from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

        check_finetune(self.settings.finetune)
        build_config(self.model_source, AutoModelForSequenceClassification, CLASSIFIER, {})
        build_config(self.generator_source, AutoModelForCausalLM, LANGUAGE_MODEL, {}, "generator")
        self.check_policy_models()
        _ = self.lexicon

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

    @cached_property
    def lexicon(self) -> tuple[tuple[str, str], ...]:
        """Words of the training texts and their synonyms, by the dictionary that the recipe names."""
        path = self.settings.policy.get("synonyms")
        return collect_synonyms(self.train_rows.texts["text"], path) if path else ()

    def make_space(self) -> PolicySpace:
        words = {"text": collect_words(self.train_rows.texts["text"], protect_names=self.protect_names)}
        return TextPolicySpace(self.name, words, mint=True, protect_names=self.protect_names, lexicon=self.lexicon,
                               masked_lm=self.masked_lm, round_trip=self.round_trip)

    def standard_policy(self) -> Policy:
        return standard_policy(self.name, self.lexicon, self.protect_names)

    def mark_judge(self, directory: Path, members: int, name: str) -> None:
        mark(directory, members, name)

    def load_judge(self, directory: Path) -> Judge:
        return TextClassifierJudge.from_pretrained(directory)

    def unlabelled_batches(self, rows: Dataset) -> Iterable[Batch]:
        texts = TextRows({"text": self.codec.texts(rows, "text")})
        return (texts.batch(range(at, min(at + 256, len(texts)))) for at in range(0, len(texts), 256))

    # downstream ---------------------------------------------------------------------------------------------------

    def fresh_model(self, job: FinetuneJob) -> Classifier:
        # The tokenizer of a scratch model is that of the training split, whatever a job trains on.
        return Classifier.build(self.model_source, self.names, self.train_rows.texts["text"], job.seed)

    def load_model(self, directory: Path) -> Classifier:
        return Classifier.from_pretrained(directory)

    def make_plan(self, job: FinetuneJob, rows: TextRows, extra: TextRows | None, **values: Any) -> LabelledPlan:
        return LabelledPlan(rows, extra, soft=job.extra_targets, classes=len(self.names), **values)

    def train_model(self, model: Any, plan: Any, **values: Any) -> float:
        return train(model, plan, self.settings.finetune, **values)

    def score_model(self, model: Any, rows: TextRows, directory: Path | None = None) -> Evaluation:
        return score(model, rows)
