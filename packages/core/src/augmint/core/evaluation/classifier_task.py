"""Tasks with classes: the judge is several of the user's classifiers, and labels what has no label."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import torch
from datasets import Dataset

from augmint.core.evaluation.accuracy import ACCURACY
from augmint.core.evaluation.ensemble import fit_ensemble, rounds_of
from augmint.core.evaluation.judge_settings import JudgeSettings
from augmint.core.evaluation.planned import PlannedTask
from augmint.core.evaluation.pseudo_labels import pseudo_labelled_rows
from augmint.core.interfaces import Batch, Evaluation, FinetuneJob, Judge, Metric, Policy, Splits, TaskSettings, keyed_seed
from augmint.core.minting.torch_state import fixed_threads

MARKER = "judge.json"
"""Written last: a folder without it is not a judge."""


@dataclass(frozen=True)
class Lesson:
    """What the members of a judge are trained on; picklable, so that any process can train one.

    Attributes:
        task_class, splits, settings: make the task anew.
        policies: augmentations, by name (None is no augmentation); what scores best on validation trains the judge.
        extra, share: pseudo-labelled rows, and their part of each batch.
        key: makes the members of one round others than those of the next.
    """

    task_class: type[ClassifierTask]
    splits: Splits
    settings: TaskSettings
    policies: Mapping[str, Policy | None]
    extra: Dataset | None = None
    share: float = 0.0
    key: str = "judge"


def fit_member(lesson: Lesson, directory: Path, policy: str, member: int) -> tuple[str, Evaluation]:
    """Train one member as an arm is trained, write it below `directory`, and return its model type and its validation scores."""
    task, folder = lesson.task_class(lesson.splits, lesson.settings), directory / f"member-{member}"
    job = FinetuneJob(
        lesson.splits.train,
        task.steps,
        keyed_seed(lesson.settings.seed, lesson.key, member) % 2**31,
        {"validation": lesson.splits.validation},
        extra=lesson.extra,
        share=lesson.share,
        policy=lesson.policies[policy],
        output_dir=folder,
    )
    result = task.finetune(job)
    kind = json.loads((folder / "config.json").read_text())["model_type"]
    return kind, Evaluation(result.scores["validation"], result.losses.get("validation"))


class ClassifierTask(PlannedTask):
    """Subclasses say how the judge is marked and loaded, and how unlabelled rows are read.

    Their models write a `config.json` of Transformers' where they are saved.
    """

    metric: ClassVar[Metric] = ACCURACY
    payload: ClassVar[str]
    """The role that is classified."""

    def __init__(self, splits: Splits, settings: TaskSettings) -> None:
        super().__init__(splits, settings)
        self.judge_settings = JudgeSettings.from_dict(settings.judge)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the classes."""
        return tuple(self.codec.label_names or ())

    @abstractmethod
    def mark_judge(self, directory: Path, members: int, name: str) -> None:
        """Say that the members in a folder are a whole judge, in `MARKER`."""

    @property
    def labellable(self) -> Dataset | None:
        """The unlabelled rows that the judge may label; by default all."""
        return self.splits.unlabeled

    @abstractmethod
    def unlabelled_batches(self, rows: Dataset) -> Iterable[Batch]:
        """The unlabelled rows as the judge takes them, in order."""

    def judge_policies(self) -> dict[str, Policy | None]:
        """What the judge may be trained under."""
        return {"no augmentation": None, "the standard policy": self.baseline()}

    def fit_judge(self, directory: Path, executor: Executor) -> None:
        """Several classifiers on the training rows; with unlabelled rows, rounds of pseudo-labels follow (self-training).

        Source: Lee 2013, "Pseudo-label"; Xie et al. 2020, "Self-training with Noisy Student improves ImageNet classification".
        """
        judging, splits = self.judge_settings, replace(self.splits, test=None, unlabeled=None)
        lesson = Lesson(type(self), splits, self.settings, self.judge_policies())
        folders = rounds_of(directory, judging.rounds if self.splits.unlabeled is not None else 0)
        for number, folder in enumerate(folders):
            if (folder / MARKER).is_file():
                continue
            if number:
                more = self.pseudo_labelled(self.load_judge(folders[number - 1]))
                found = more is not None and len(more) > 0
                lesson = replace(
                    lesson, extra=more if found else None, share=judging.pseudo_share if found else 0.0, key=f"judge-{number}"
                )
            rows = "the training split"
            if lesson.extra is not None:
                rows += f" and {len(lesson.extra):,} pseudo-labelled rows"
            fit = partial(fit_member, lesson)
            fit_ensemble(folder, list(lesson.policies), judging.members, executor, fit, self.mark_judge, rows)

    def pseudo_labelled(self, judge: Judge) -> Dataset | None:
        """Unlabelled rows that the judge is sure enough of (see `pseudo_labelled_rows`)."""
        unlabeled, columns = self.labellable, self.codec.columns
        if unlabeled is None or not len(unlabeled):
            return None
        with fixed_threads(self.settings.threads):
            said = torch.cat([judge.probabilities(batch) for batch in self.unlabelled_batches(unlabeled)])
        least, features = self.judge_settings.min_confidence, self.splits.train.features
        return pseudo_labelled_rows(unlabeled, columns[self.payload], columns["label"], said, least, features)


def write_marker(directory: Path, **values: Any) -> None:
    """`MARKER` with these values."""
    (directory / MARKER).write_text(json.dumps(values, indent=1))
