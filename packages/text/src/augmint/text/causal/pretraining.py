"""What adversarial training starts from: a language model taught by likelihood, and a discriminator that knows what it writes."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from augmint.core.interfaces import RowRandom, keyed_seed
from augmint.core.minting.torch_state import evaluating, fixed_threads
from augmint.core.pipeline.run_dir import read_json, write_json
from augmint.core.progress import follow
from augmint.text.causal.likelihood import train_language_model
from augmint.text.causal.settings import GeneratorSettings
from augmint.text.causal.teaching import calibrate, train_discriminator
from augmint.text.discriminators.text import INFO as DISCRIMINATOR_INFO
from augmint.text.discriminators.text import TextDiscriminator
from augmint.text.generators.continuation import DEFAULT_PROMPT
from augmint.text.models.classifier import Classifier
from augmint.text.models.language_model import INFO as GENERATOR_INFO
from augmint.text.models.language_model import LabelLanguageModel, perplexity
from augmint.text.models.source import ModelSource
from augmint.text.models.writing import continue_texts, write_labelled
from augmint.text.seq2seq import Decoding
from augmint.text.training.folders import CONTINUED, DISCRIMINATOR, GENERATOR, SCORES
from augmint.text.training.rows import TextRows


@dataclass(frozen=True)
class Lesson:
    """What is trained on and how; picklable.

    Attributes:
        train, validation: texts, with labels if there are any.
        classes: how many labels there are, or 0.
        source: the generator's model.
        critic: the discriminator's.
        settings: of the generator.
        finetune: values of `TrainingArguments` for likelihood training.
        steps: likelihood steps.
        extra_steps: as many as the adversarial steps that follow.
        seed, threads: of the run.
    """

    train: TextRows
    validation: TextRows
    classes: int
    source: ModelSource
    critic: ModelSource
    settings: GeneratorSettings
    finetune: Mapping[str, Any]
    steps: int
    extra_steps: int
    seed: int
    threads: int


def pretrain(directory: Path, lesson: Lesson, executor: Executor) -> None:
    """Leaves `generator/`, `continued/`, `discriminator/` and `scores.json` in `directory`; what is there already stays."""
    if (directory / SCORES).is_file():
        return
    directory.mkdir(parents=True, exist_ok=True)
    follow(executor, [(fit_generator, directory, lesson)], "generator by likelihood")
    _, continued = follow(executor, [(fit_discriminator, directory, lesson), (fit_continued, directory, lesson)], "discriminator")
    write_json(directory / SCORES, {"continued_perplexity": continued})


def fit_generator(directory: Path, lesson: Lesson) -> None:
    """Train the generator by likelihood, keeping what suits validation best, unless that is done."""
    if (directory / GENERATOR / GENERATOR_INFO).is_file():
        return
    seed = keyed_seed(lesson.seed, "generator") % 2**31
    model = LabelLanguageModel.build(lesson.source, lesson.classes, lesson.train.texts["text"], seed)
    _train(model, lesson, lesson.steps, "generator", lesson.validation)
    model.save_pretrained(directory / GENERATOR)


def fit_continued(directory: Path, lesson: Lesson) -> float:
    """The control of adversarial training: as many further steps of likelihood. Returns its perplexity on validation."""
    target = directory / CONTINUED
    if not (target / GENERATOR_INFO).is_file():
        model = LabelLanguageModel.from_pretrained(directory / GENERATOR)
        gentle = replace(lesson, finetune={**lesson.finetune, "learning_rate": lesson.finetune["learning_rate"] / 10})
        _train(model, gentle, lesson.extra_steps, "continued")
        model.save_pretrained(target)
    return validation_perplexity(LabelLanguageModel.from_pretrained(target), lesson.validation, lesson.threads)


def fit_discriminator(directory: Path, lesson: Lesson) -> None:
    """Train and calibrate the discriminator, unless that is done."""
    target = directory / DISCRIMINATOR
    if (target / DISCRIMINATOR_INFO).is_file():
        return
    seed = keyed_seed(lesson.seed, "discriminator") % 2**31
    generator = LabelLanguageModel.from_pretrained(directory / GENERATOR)
    generator.network.eval()
    rate = lesson.settings.discriminator_learning_rate or (2e-5 if lesson.critic.name_or_path else 5e-4)
    with fixed_threads(lesson.threads):
        drawn = Decoding(temperature=lesson.settings.temperature)
        written = _written(generator, lesson.train, drawn, RowRandom(lesson.seed, "negatives", rows=range(len(lesson.train))))
        model = Classifier.build(lesson.critic, ["real"], lesson.train.texts["text"], seed, labels=lesson.classes)
        discriminator = TextDiscriminator(model)
        train_discriminator(
            discriminator,
            lesson.train,
            written,
            lesson.classes,
            steps=lesson.settings.discriminator_steps,
            learning_rate=rate,
            seed=seed,
        )
    calibrate_against(generator, discriminator, lesson.validation, lesson.settings, lesson.seed, lesson.threads)
    discriminator.save_pretrained(target)


def calibrate_against(
    model: LabelLanguageModel,
    discriminator: TextDiscriminator,
    held: TextRows,
    settings: GeneratorSettings,
    seed: int,
    threads: int,
) -> None:
    """Calibrate by held-out texts, those that a model writes beside them, and wrong labels where there are labels."""
    with fixed_threads(threads), evaluating(model.network):
        drawn = Decoding(temperature=settings.temperature)
        written = _written(model, held, drawn, RowRandom(seed, "held", rows=range(len(held))))
        calibrate(discriminator, held, written, model.classes, keyed_seed(seed, "discriminator") % 2**31)


def _written(model: LabelLanguageModel, rows: TextRows, decoding: Decoding, rng: RowRandom) -> list[str]:
    """A generated text for every row: of its label, or with its beginning where there are no labels."""
    if model.classes:
        return write_labelled(model, rows.label_list, decoding, rng)
    return continue_texts(model, rows.texts["text"], rows.label_list, DEFAULT_PROMPT, decoding, rng)


def validation_perplexity(model: LabelLanguageModel, rows: TextRows, threads: int) -> float:
    """Perplexity of real texts, under their labels if they have any."""
    with fixed_threads(threads):
        return perplexity(model, rows.texts["text"], rows.label_list)


def continued_perplexity(directory: Path) -> float:
    """What `pretrain` noted."""
    return float(read_json(directory / SCORES)["continued_perplexity"])


def _train(model: LabelLanguageModel, lesson: Lesson, steps: int, purpose: str, held: TextRows | None = None) -> None:
    pretrained, seed = bool(lesson.source.name_or_path), keyed_seed(lesson.seed, purpose) % 2**31
    with fixed_threads(lesson.threads):
        train_language_model(model, lesson.train, lesson.finetune, pretrained=pretrained, steps=steps, seed=seed, held=held)
