"""How a judge is trained."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from augmint.core.evaluation.ensemble import fit_ensemble
from augmint.core.evaluation.finetuning import batch_size_of
from augmint.core.interfaces import Evaluation, Policy, keyed_seed
from augmint.core.minting.torch_state import fixed_threads
from augmint.text.classification.judge import mark
from augmint.text.classification.plan import ClassificationPlan
from augmint.text.classification.training import score, train
from augmint.text.models.classifier import Classifier
from augmint.text.models.source import ModelSource
from augmint.text.training.arguments import DEFAULT_BATCH_SIZE
from augmint.text.training.rows import TextRows


@dataclass(frozen=True)
class Lesson:
    """What the members of a judge are trained on and how; picklable.

    Attributes:
        rows, validation: real texts, and held-out ones.
        names: of the classes.
        policies: augmentations, by name (None is no augmentation); what scores best on `validation` trains the judge.
        source: the user's model.
        finetune: the recipe's section.
        steps, seed, threads: as for the arms.
        extra, share: pseudo-labelled texts, and their part of each batch.
        key: makes the members of one round others than those of the next.
    """

    rows: TextRows
    validation: TextRows
    names: tuple[str, ...]
    policies: Mapping[str, Policy | None]
    source: ModelSource
    finetune: Mapping[str, Any]
    steps: int
    seed: int
    threads: int
    extra: TextRows | None = None
    share: float = 0.0
    key: str = "judge"


def fit(directory: Path, lesson: Lesson, members: int, executor: Executor) -> None:
    """Train `members` classifiers and save them in `directory` (see `fit_ensemble`)."""
    rows = _rows(lesson)
    fit_ensemble(directory, list(lesson.policies), members, executor, partial(fit_member, lesson), mark, rows)


def fit_member(lesson: Lesson, directory: Path, policy: str, member: int) -> tuple[str, Evaluation]:
    """Train one member, write it below `directory`, and return its model type and its validation scores."""
    seed = keyed_seed(lesson.seed, lesson.key, member) % 2**31
    model = Classifier.build(lesson.source, lesson.names, lesson.rows.texts["text"], seed)
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
        train(model, plan, lesson.finetune, pretrained=bool(lesson.source.name_or_path), steps=lesson.steps, seed=seed)
        validation = score(model, lesson.validation)
    model.save_pretrained(directory / f"member-{member}")
    return str(model.network.config.model_type), validation


def _rows(lesson: Lesson) -> str:
    return "the training split" if lesson.extra is None else f"the training split and {len(lesson.extra):,} pseudo-labelled texts"
