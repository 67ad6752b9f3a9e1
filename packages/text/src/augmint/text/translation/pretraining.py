"""What adversarial training starts from: a generator trained by likelihood, and discriminators that never judge their own pairs.

The training pairs are cut into parts. A generator is trained on all pairs but one part's, writes sources for that part's targets,
and becomes the network of the discriminator member that learns that part's real pairs from these and from corrupted ones: what is
to be found out is written for targets whose sources the writer had not seen. The generator that mints is trained on all pairs.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from augmint.core.interfaces import RowRandom, keyed_generator, keyed_seed
from augmint.core.minting.torch_state import evaluating, fixed_threads
from augmint.core.pipeline.run_dir import read_json, write_json
from augmint.core.progress import follow
from augmint.text.discriminators.calibration import platt
from augmint.text.discriminators.corruption import corrupted
from augmint.text.discriminators.pair import INFO as DISCRIMINATOR_INFO
from augmint.text.discriminators.pair import PairDiscriminator, PairScorer
from augmint.text.discriminators.training import train_scorer
from augmint.text.seq2seq import Decoding, Seq2SeqModel, Seq2SeqSource, write_texts
from augmint.text.seq2seq.model import INFO as GENERATOR_INFO
from augmint.text.training.folders import CONTINUED, DISCRIMINATOR, GENERATOR, SCORES
from augmint.text.training.rows import TextRows
from augmint.text.translation.metric import chrf_metric
from augmint.text.translation.plan import TranslationPlan
from augmint.text.translation.settings import GeneratorSettings
from augmint.text.translation.training import train

BACKWARDS = ("target", "source")
DRAWN = Decoding(temperature=0.7, top_p=0.95)


@dataclass(frozen=True)
class Lesson:
    """What is trained on and how; picklable.

    Attributes:
        train, validation: (sources, targets).
        source: the generator's model.
        tokenizer_texts: what a scratch model's tokenizer is trained on.
        settings: of the generator.
        finetune: values of `TrainingArguments`.
        steps: likelihood steps.
        extra_steps: as many as the adversarial steps that follow.
        seed, threads: of the run.
    """

    train: tuple[list[str], list[str]]
    validation: tuple[list[str], list[str]]
    source: Seq2SeqSource
    tokenizer_texts: tuple[str, ...]
    settings: GeneratorSettings
    finetune: Mapping[str, Any]
    steps: int
    extra_steps: int
    seed: int
    threads: int

    @property
    def folds(self) -> list[np.ndarray]:
        """The parts of the training pairs, by a seeded shuffle."""
        order = keyed_generator(self.seed, "folds").permutation(len(self.train[0]))
        return [np.sort(part) for part in np.array_split(order, self.settings.members)]


def pretrain(directory: Path, lesson: Lesson, executor: Executor) -> None:
    """Leaves `generator/`, `continued/`, `discriminator/` and `scores.json` in `directory`; what is there already stays."""
    if (directory / SCORES).is_file():
        return
    directory.mkdir(parents=True, exist_ok=True)
    members = range(lesson.settings.members)
    follow(executor, [(fit_generator, directory, lesson, without) for without in (None, *members)], "generators by likelihood")
    taught = [(fit_member, directory, lesson, part) for part in members]
    *_, continued = follow(executor, [*taught, (fit_continued, directory, lesson)], "discriminator")
    executor.submit(fit_together, directory, lesson).result()
    write_json(directory / SCORES, {"continued_chrf": continued})


def fit_generator(directory: Path, lesson: Lesson, without: int | None) -> None:
    """Train a generator on all pairs, or on those outside one part, unless that is done."""
    target = directory / (GENERATOR if without is None else f"fold-{without}")
    if not (target / GENERATOR_INFO).is_file():
        model = Seq2SeqModel.build(lesson.source, lesson.tokenizer_texts, keyed_seed(lesson.seed, "generator") % 2**31)
        _train(model, lesson, _outside(lesson, without), lesson.steps, "generator")
        model.save_pretrained(target)


def fit_continued(directory: Path, lesson: Lesson) -> float:
    """The control of adversarial training: as many further steps of likelihood. Returns its chrF++ on validation."""
    target = directory / CONTINUED
    if not (target / GENERATOR_INFO).is_file():
        model = Seq2SeqModel.from_pretrained(directory / GENERATOR)
        gentle = replace(lesson, finetune={**lesson.finetune, "learning_rate": lesson.finetune["learning_rate"] / 10})
        _train(model, gentle, _outside(lesson, None), lesson.extra_steps, "continued")
        model.save_pretrained(target)
    return backward_chrf(Seq2SeqModel.from_pretrained(target), lesson.validation, lesson.threads)


def fit_member(directory: Path, lesson: Lesson, part: int) -> None:
    """Train and calibrate the discriminator of one part, unless that is done."""
    target = directory / f"member-{part}"
    if (target / DISCRIMINATOR_INFO).is_file():
        return
    settings, seed = lesson.settings, keyed_seed(lesson.seed, "discriminator", part) % 2**31
    model = Seq2SeqModel.from_pretrained(directory / f"fold-{part}")
    sources, targets = ([texts[row] for row in lesson.folds[part]] for texts in lesson.train)
    with fixed_threads(lesson.threads):
        written = write_texts(model, targets, DRAWN, RowRandom(lesson.seed, "negatives", part, rows=range(len(targets))))
        held = _held(model, lesson.validation, lesson.seed)
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            scorer = PairScorer(model)
        if settings.share_embeddings:
            share_embeddings(scorer, Seq2SeqModel.from_pretrained(directory / GENERATOR).network)
            scorer.network.get_input_embeddings().requires_grad_(False)  # they stay the generator's
        train_scorer(
            scorer,
            sources,
            targets,
            written,
            steps=settings.discriminator_steps,
            learning_rate=settings.discriminator_learning_rate,
            seed=seed,
        )
        member = PairDiscriminator([scorer])
        calibrate(member, lesson.validation, held, seed)
    member.save_pretrained(target)


def fit_together(directory: Path, lesson: Lesson) -> None:
    """Put the members together, and calibrate what they say together: they err apart, so their mean is too cautious."""
    parts = range(lesson.settings.members)
    scorers: list[Any] = [PairDiscriminator.from_pretrained(directory / f"member-{part}").members[0] for part in parts]
    together = PairDiscriminator(scorers)
    model = Seq2SeqModel.from_pretrained(directory / GENERATOR)
    calibrate_against(model, together, lesson.validation, lesson.seed, lesson.threads)
    together.save_pretrained(directory / DISCRIMINATOR)


def calibrate_against(
    model: Seq2SeqModel, discriminator: PairDiscriminator, held: tuple[list[str], list[str]], seed: int, threads: int
) -> None:
    """Calibrate what all members say together, by held-out pairs and the sources that a model writes for their targets."""
    with fixed_threads(threads), evaluating(model.network):
        calibrate(discriminator, held, _held(model, held, seed), keyed_seed(seed, "together") % 2**31)


def _held(model: Seq2SeqModel, held: tuple[list[str], list[str]], seed: int) -> list[str]:
    """Sources that a model writes for held-out targets."""
    return write_texts(model, held[1], DRAWN, RowRandom(seed, "held", rows=range(len(held[1]))))


def share_embeddings(member: Any, network: Any) -> None:
    """Let a member of the discriminator use a generator's own embeddings."""
    member.network.set_input_embeddings(network.get_input_embeddings())
    member.network.tie_weights()


def calibrate(discriminator: PairDiscriminator, real: tuple[list[str], list[str]], written: list[str], seed: int) -> None:
    """Set the members' scale and bias by held-out real, generated and corrupted pairs. What was written as people wrote it is no
    bad pair."""
    bad = corrupted(*real, RowRandom(seed, "calibrate", rows=range(len(real[0]))))
    other = [(made, target) for made, source, target in zip(written, *real, strict=True) if made != source]
    pairs = [real, *([_unzip(other)] if other else []), (bad[0], bad[1])]
    discriminator.eval()
    with torch.no_grad():  # log-odds themselves: of a discriminator that is far off, probabilities would all be 0 or 1
        odds = torch.cat([discriminator.log_odds(*pair).cpu() for pair in pairs]).double().numpy()
    scale, bias = platt(odds, np.arange(len(odds)) < len(real[0]))
    for member in discriminator.members:
        scorer: Any = member
        scorer.scale.mul_(scale)
        scorer.bias.mul_(scale).add_(bias)


def _unzip(pairs: list[tuple[str, str]]) -> tuple[list[str], list[str]]:
    return [source for source, _ in pairs], [target for _, target in pairs]


def backward_chrf(model: Seq2SeqModel, pairs: tuple[list[str], list[str]], threads: int) -> float:
    """chrF++ of the sources that the model writes for real targets."""
    with fixed_threads(threads):
        written = write_texts(model, pairs[1], Decoding())
    return float(chrf_metric().corpus_score(written, [pairs[0]]).score)


def continued_chrf(directory: Path) -> float:
    """What `pretrain` noted."""
    return float(read_json(directory / SCORES)["continued_chrf"])


def _outside(lesson: Lesson, without: int | None) -> TextRows:
    rows = np.arange(len(lesson.train[0]))
    if without is not None and lesson.settings.members > 1:
        rows = np.setdiff1d(rows, lesson.folds[without])
    return TextRows({"source": [lesson.train[0][row] for row in rows], "target": [lesson.train[1][row] for row in rows]})


def _train(model: Seq2SeqModel, lesson: Lesson, rows: TextRows, steps: int, purpose: str) -> None:
    seed = keyed_seed(lesson.seed, purpose) % 2**31
    plan = TranslationPlan(
        rows, batch_size=int(lesson.finetune["per_device_train_batch_size"]), steps=steps, seed=seed, sides=BACKWARDS
    )
    with fixed_threads(lesson.threads):
        train(model, plan, lesson.finetune, pretrained=bool(lesson.source.name_or_path), steps=steps, seed=seed)
    model.network.eval()
