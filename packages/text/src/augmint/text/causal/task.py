"""What tasks share whose generator is a causal language model."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path
from typing import Any, ClassVar

from datasets import Dataset

from augmint.core.evaluation.training_defaults import DEFAULTS
from augmint.core.interfaces import Discriminator, Generator, Objective
from augmint.text.causal import pretraining
from augmint.text.causal.objective import TextObjective
from augmint.text.causal.settings import GeneratorSettings
from augmint.text.discriminators import TextDiscriminator
from augmint.text.generators import LabelLMGenerator
from augmint.text.models.source import ModelSource
from augmint.text.task import TextTask
from augmint.text.training.folders import CONTINUED, DISCRIMINATOR, GENERATOR
from augmint.text.training.settings import AdversarialSettings


class CausalTask(TextTask):
    """A language model writes texts, a classifier with one output judges them.

    Subclasses give the generator's model in `generator_source` and the discriminator's in `critic_source`.
    """

    settings_type: ClassVar[type[AdversarialSettings]] = GeneratorSettings
    generator_type: ClassVar[type[LabelLMGenerator]]
    discriminator_type: ClassVar[Any] = TextDiscriminator
    guard: ClassVar[str] = "perplexity"
    guard_greater_is_better: ClassVar[bool] = False
    writes: ClassVar[bool] = False
    """Whether the user's model is a language model too."""

    @property
    def generator_source(self) -> ModelSource:
        raise NotImplementedError

    @property
    def critic_source(self) -> ModelSource:
        raise NotImplementedError

    def pretrain(self, directory: Path, executor: Executor, steps: int, pseudo_labelled: Dataset | None = None) -> None:
        settings, source = self.generator_settings, self.generator_source
        values = self.likelihood_values(source, same_kind=self.writes)
        lesson = pretraining.Lesson(
            self.with_pseudo_labelled(pseudo_labelled),
            self.rows(self.splits.validation),
            len(self.codec.label_names or ()),
            source,
            self.critic_source,
            settings,
            DEFAULTS.over(values, pretrained=bool(source.name_or_path)),
            settings.pretrain_steps or self.steps,
            steps,
            self.settings.seed,
            self.settings.threads,
        )
        pretraining.pretrain(directory, lesson, executor)

    def adversarial_networks(self, start: Path | None = None) -> tuple[Generator, Discriminator, Objective]:
        if start is None:
            raise ValueError(f"the networks of {self.name} are trained by likelihood first: call pretrain")
        generator, discriminator = self.load_networks(start / GENERATOR, start / DISCRIMINATOR)
        reference = self.generator_type.from_pretrained(start / GENERATOR)
        return generator, discriminator, TextObjective(self.generator_settings, reference)

    def guard_scores(self, generator: Any, start: Path) -> tuple[float, float]:
        held, threads = self.rows(self.splits.validation), self.settings.threads
        return pretraining.validation_perplexity(generator.model, held, threads), pretraining.continued_perplexity(start)

    def calibrate(self, generator: Any, discriminator: Any) -> None:
        held, own, settings = self.rows(self.splits.validation), self.generator_settings, self.settings
        pretraining.calibrate_against(generator.model, discriminator, held, own, settings.seed, settings.threads)

    def plain_generator(self, start: Path) -> LabelLMGenerator:
        return self.generator_type.from_pretrained(start / CONTINUED)

    def load_networks(self, generator_dir: Path, discriminator_dir: Path) -> tuple[Generator, Discriminator]:
        return self.generator_type.from_pretrained(generator_dir), TextDiscriminator.from_pretrained(discriminator_dir)
