"""What all tasks of texts share."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import torch.utils.data
from datasets import Dataset

from augmint.core.evaluation.planned import PlannedTask
from augmint.core.evaluation.training_defaults import BATCH_SIZE
from augmint.core.interfaces import Batch, Discriminator, Generator, Policy, Splits, TaskSettings
from augmint.text.codec import TextCodec
from augmint.text.diversity import MOST, diversity
from augmint.text.models.masked import check_masked_lm
from augmint.text.models.source import ModelSource
from augmint.text.policy import TextPolicy, standard_policy
from augmint.text.rules.near_duplicate import NearDuplicate
from augmint.text.seq2seq.round_trip import check_round_trip
from augmint.text.training.acceptance import decide
from augmint.text.training.adversarial import adversarial_defaults
from augmint.text.training.folders import DISCRIMINATOR
from augmint.text.training.rows import RowsDataset, TextRows
from augmint.text.training.settings import AdversarialSettings


class TextTask(PlannedTask):
    """How rows and policies of texts are made (see `PlannedTask`)."""

    modality: ClassVar[str] = "text"
    model_keys: ClassVar[Mapping[str, Any]] = {"max_length": int}
    policy_keys: ClassVar[Mapping[str, Any]] = {"protect_names": bool}
    source_type: ClassVar[type[ModelSource]] = ModelSource
    settings_type: ClassVar[type[AdversarialSettings]]
    batch_size: ClassVar[int] = BATCH_SIZE

    def __init__(self, splits: Splits, settings: TaskSettings) -> None:
        super().__init__(splits, settings)
        self.codec: TextCodec
        self.model_source: Any = self.source_type.from_dict(settings.model)
        self.generator_settings: Any = self.settings_type.from_dict(settings.generator)

    # rows ---------------------------------------------------------------------------------------------------------

    @cached_property
    def train_rows(self) -> TextRows:
        return self.rows(self.splits.train)

    def rows(self, dataset: Dataset) -> TextRows:
        return TextRows.of(dataset, self.codec)

    def diversity(self, rows: Dataset, most: int) -> Mapping[str, float]:
        """Of the side that is generated: sources, or the texts."""
        return diversity(next(iter(self.rows(rows).texts.values())), min(most, MOST))

    def near_copies(self, rows: Dataset, real: Dataset) -> int:
        return int(NearDuplicate.fit(self.rows(real).texts).rejects(self.rows(rows).texts).sum())

    # adversarial training -----------------------------------------------------------------------------------------

    def adversarial_rows(self, pseudo_labelled: Dataset | None) -> torch.utils.data.Dataset[Batch]:
        return RowsDataset(self.with_pseudo_labelled(pseudo_labelled))

    def with_pseudo_labelled(self, pseudo_labelled: Dataset | None) -> TextRows:
        """The training rows, and what the judge labelled of the unlabelled ones."""
        more = self.rows(pseudo_labelled) if pseudo_labelled is not None and len(pseudo_labelled) else None
        return self.train_rows.and_more(more)

    guard: ClassVar[str]
    """The score that adversarial steps must not worsen."""
    guard_greater_is_better: ClassVar[bool]
    discriminator_type: ClassVar[Any]

    def guard_scores(self, generator: Any, start: Path) -> tuple[float, float]:
        """A generator's score on validation, and that of likelihood training as long."""
        raise NotImplementedError

    def calibrate(self, generator: Any, discriminator: Any) -> None:
        """Calibrate a discriminator on validation, against what a generator writes there."""
        raise NotImplementedError

    def accept(
        self, generator: Generator, discriminator: Discriminator, start: Path
    ) -> tuple[Generator, Discriminator, dict[str, Any]]:
        """The adversarially trained networks where the generator's validation score is no worse than that of likelihood training as
        long, else those without adversarial steps; the discriminator calibrated against the generator that is taken."""
        tuned, plain = self.guard_scores(generator, start)
        figures = decide(self.guard, tuned, plain, greater_is_better=self.guard_greater_is_better)
        if not figures["accepted"]:
            generator, discriminator = self.plain_generator(start), self.discriminator_type.from_pretrained(start / DISCRIMINATOR)
        self.calibrate(generator, discriminator)
        return generator, discriminator, figures

    def plain_generator(self, start: Path) -> Generator:
        """That of likelihood training as long."""
        raise NotImplementedError

    def adversarial_defaults(self) -> dict[str, Any]:
        return adversarial_defaults(self.settings.threads)

    def likelihood_values(self, source: ModelSource, *, same_kind: bool = True) -> dict[str, Any]:
        """The recipe's `finetune` section as the generator's likelihood training takes it over.

        Args:
            source: the generator's model.
            same_kind: whether the user's model is of the same kind; its learning rate suits the generator only then, and where
                both are pretrained or neither is.
        """
        alike = same_kind and bool(source.name_or_path) == bool(self.model_source.name_or_path)
        chosen = {key: value for key, value in self.settings.finetune.items() if alike or key != "learning_rate"}
        rate = self.generator_settings.learning_rate
        return {**chosen, **({"learning_rate": rate} if rate else {})}

    # policy -------------------------------------------------------------------------------------------------------

    def standard_policy(self) -> Policy:
        return standard_policy(self.name, protect_names=self.protect_names)

    @property
    def protect_names(self) -> bool:
        """Whether ops leave capitalised words within sentences alone, as the recipe says; by default they do not, for German and
        others write every noun so."""
        return bool(self.settings.policy.get("protect_names", False))

    @property
    def masked_lm(self) -> str:
        """The masked language model that the recipe names, or "". """
        return str(self.settings.policy.get("masked_lm") or "")

    @property
    def round_trip(self) -> tuple[str, ...]:
        """The two translation models that the recipe names, there and back, or none."""
        names = tuple(str(self.settings.policy.get(key) or "") for key in ("round_trip_to", "round_trip_back"))
        return names if any(names) else ()

    def check_policy_models(self) -> None:
        """Raises UserError where the recipe names a model for the policy's ops that is of another kind."""
        if self.masked_lm:
            check_masked_lm(self.masked_lm)
        if self.round_trip:
            check_round_trip(self.round_trip)

    def load_policy(self, values: Mapping[str, Any]) -> Policy:
        return TextPolicy.from_dict(values)
