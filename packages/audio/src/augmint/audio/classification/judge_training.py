"""How the judge is trained."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from augmint.audio.classification.judge import mark
from augmint.audio.classification.model import ClipClassifier
from augmint.audio.classification.plan import ClassificationPlan
from augmint.audio.classification.training import score, train
from augmint.audio.rows import AudioRows
from augmint.audio.training.arguments import DEFAULT_BATCH_SIZE
from augmint.core.evaluation.ensemble import fit_ensemble
from augmint.core.evaluation.finetuning import batch_size_of
from augmint.core.interfaces import Evaluation, Policy, keyed_seed
from augmint.core.minting.torch_state import fixed_threads


@dataclass(frozen=True)
class Lesson:
    """What the members of a judge are trained on and how; picklable.

    Attributes:
        rows, validation: real clips, and held-out ones.
        names: of the classes.
        policies: augmentations, by name (None is no augmentation); what scores best on `validation` trains the judge.
        model, finetune: the recipe's sections.
        seconds: length of clips that a scratch model is sized for.
        steps, seed, threads: as for the arms.
        extra, share: pseudo-labelled clips, and their part of each batch.
        key: makes the members of one round others than those of the next.
    """

    rows: AudioRows
    validation: AudioRows
    names: tuple[str, ...]
    policies: Mapping[str, Policy | None]
    model: Mapping[str, Any]
    finetune: Mapping[str, Any]
    seconds: float
    steps: int
    seed: int
    threads: int
    extra: AudioRows | None = None
    share: float = 0.0
    key: str = "judge"


def fit(directory: Path, lesson: Lesson, members: int, executor: Executor) -> None:
    """Train `members` classifiers and save them in `directory` (see `fit_ensemble`)."""
    rows = "the training split"
    if lesson.extra is not None:
        rows += f" and {len(lesson.extra):,} pseudo-labelled clips"
    fit_ensemble(directory, list(lesson.policies), members, executor, partial(fit_member, lesson), mark, rows)


def fit_member(lesson: Lesson, directory: Path, policy: str, member: int) -> tuple[str, Evaluation]:
    """Train one member, write it below `directory`, and return its model type and its validation scores."""
    seed = keyed_seed(lesson.seed, lesson.key, member) % 2**31
    model = ClipClassifier.build(lesson.model, lesson.names, lesson.seconds, seed)
    plan = ClassificationPlan(
        lesson.rows,
        lesson.extra,
        share=lesson.share if lesson.extra is not None else 0.0,
        policy=lesson.policies[policy],
        classes=len(lesson.names),
        batch_size=batch_size_of(lesson.finetune, DEFAULT_BATCH_SIZE),
        steps=lesson.steps,
        seed=seed,
    )
    with fixed_threads(lesson.threads):
        pretrained = bool(lesson.model.get("name_or_path"))
        train(model, plan, lesson.finetune, pretrained=pretrained, steps=lesson.steps, seed=seed)
        validation = score(model, lesson.validation)
    model.save_pretrained(directory / f"member-{member}")
    return str(model.network.config.model_type), validation  # type: ignore[union-attr]
