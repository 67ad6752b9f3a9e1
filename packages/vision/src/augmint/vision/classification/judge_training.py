"""How a judge is trained."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from augmint.core.evaluation.ensemble import fit_ensemble
from augmint.core.evaluation.finetuning import batch_size_of, temporary_output
from augmint.core.interfaces import Evaluation, Policy, keyed_seed
from augmint.core.minting.torch_state import fixed_threads
from augmint.vision.classification.judge import mark, save_member
from augmint.vision.classification.model import build_model
from augmint.vision.classification.plan import TrainingPlan
from augmint.vision.classification.settings import DEFAULT_BATCH_SIZE
from augmint.vision.classification.training import score, train, training_arguments
from augmint.vision.rows import ImageRows


@dataclass(frozen=True)
class Lesson:
    """What the members of a judge are trained on and how; picklable.

    Attributes:
        rows, extra, share: real rows, further ones or None, and the latter's part of a batch.
        policies: augmentations, by name; the one that scores best on `validation` trains the judge.
        validation: held-out real rows.
        steps, seed, threads, model, finetune: as for the arms.
        key: what sets this judge's seeds apart from another's.
    """

    rows: ImageRows
    extra: ImageRows | None
    share: float
    policies: Mapping[str, Policy]
    validation: ImageRows
    steps: int
    seed: int
    threads: int
    model: Mapping[str, Any]
    finetune: Mapping[str, Any]
    key: str = "judge"


def fit(directory: Path, lesson: Lesson, members: int, executor: Executor) -> None:
    """Train `members` classifiers and save them in `directory` (see `fit_ensemble`)."""
    rows = f"the training split{' and pseudo-labelled rows' if lesson.extra is not None else ''}"
    fit_ensemble(directory, list(lesson.policies), members, executor, partial(fit_member, lesson), mark, rows)


def fit_member(lesson: Lesson, directory: Path, policy: str, member: int) -> tuple[str, Evaluation]:
    """Train one member, write its weights to `directory`, and return its model type and its validation scores."""
    seed, codec = keyed_seed(lesson.seed, lesson.key, member), lesson.rows.codec
    names = codec.label_names or []
    network, preprocessing = build_model(lesson.model, names, channels=codec.channels, size=codec.size or 0, seed=seed)
    plan = TrainingPlan(
        lesson.rows,
        lesson.extra,
        None,
        lesson.share,
        lesson.policies[policy],
        augment_extra=True,
        classes=len(names),
        batch_size=batch_size_of(lesson.finetune, DEFAULT_BATCH_SIZE),
        steps=lesson.steps,
        seed=seed,
    )
    pretrained = bool(lesson.model.get("name_or_path"))
    with fixed_threads(lesson.threads), temporary_output() as scratch:
        arguments = training_arguments(lesson.finetune, pretrained=pretrained, steps=lesson.steps, seed=seed, output_dir=scratch)
        train(network, preprocessing, plan, arguments, {})
        validation = score(network, preprocessing, lesson.validation)
    save_member(directory, network, preprocessing, member)
    return str(getattr(network.config, "model_type", "classifier")), validation
