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
from augmint.text.training.acceptance import decide
from augmint.text.training.settings import AdversarialSettings


class CausalTask(TextTask):
    """A language model writes texts, a classifier with one output judges them.

    Subclasses give the generator's model in `generator_source` and the discriminator's in `critic_source`.
    """

    settings_type: ClassVar[type[AdversarialSettings]] = GeneratorSettings
    generator_type: ClassVar[type[LabelLMGenerator]]
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
        generator, discriminator = self.load_networks(start / pretraining.GENERATOR, start / pretraining.DISCRIMINATOR)
        reference = self.generator_type.from_pretrained(start / pretraining.GENERATOR)
        return generator, discriminator, TextObjective(self.generator_settings, reference)

    def accept(
        self, generator: Generator, discriminator: Discriminator, start: Path
    ) -> tuple[Generator, Discriminator, dict[str, Any]]:
        """The adversarially trained networks where the generator's validation perplexity is at most that of likelihood training as
        long, else those without adversarial steps; the discriminator calibrated against the generator that is taken."""
        assert isinstance(generator, LabelLMGenerator)
        assert isinstance(discriminator, TextDiscriminator)
        held, settings = self.rows(self.splits.validation), self.settings
        tuned = pretraining.validation_perplexity(generator.model, held, settings.threads)
        figures = decide("perplexity", tuned, pretraining.continued_perplexity(start), greater_is_better=False)
        if not figures["accepted"]:
            generator = self.plain_generator(start)
            discriminator = TextDiscriminator.from_pretrained(start / pretraining.DISCRIMINATOR)
        pretraining.calibrate_against(
            generator.model, discriminator, held, self.generator_settings, settings.seed, settings.threads
        )
        return generator, discriminator, figures

    def plain_generator(self, start: Path) -> LabelLMGenerator:
        return self.generator_type.from_pretrained(start / pretraining.CONTINUED)

    def load_networks(self, generator_dir: Path, discriminator_dir: Path) -> tuple[Generator, Discriminator]:
        return self.generator_type.from_pretrained(generator_dir), TextDiscriminator.from_pretrained(discriminator_dir)
