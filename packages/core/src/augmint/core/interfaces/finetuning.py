"""One fine-tuning of the user's model: what it is given, and what its scores are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from datasets import Dataset
from torch import Tensor

from augmint.core.interfaces.policy import MintSettings, Policy


@dataclass(frozen=True)
class Metric:
    """The score of a task: its one name everywhere, its direction, how many decimals are worth printing, its range, which an
    interval never leaves, how texts write the name (`str(metric)`) where that is another way, and what a model scores that has
    learnt nothing, where that is known (of accuracy the report knows it by the classes)."""

    name: str
    greater_is_better: bool = True
    unit: str = ""
    decimals: int = 2
    low: float = -math.inf
    high: float = math.inf
    written: str = ""
    nothing: float | None = None

    def __str__(self) -> str:
        return self.written or self.name


@dataclass(frozen=True)
class FinetuneJob:
    """One fine-tuning: what to train on, how, and what to score.

    Attributes:
        rows: real training rows, in the source's Features.
        extra: further rows of the same Features (minted or pseudo-labelled), or None.
        extra_targets: class probabilities of the extra rows, float32 (len(extra), classes), or None for their labels.
        share: part of every batch taken from `extra`, [0, 1).
        policy: applied anew to every batch, or None for rows as they are.
        augment_extra: whether `policy` is applied to extra rows too.
        mint: settings that say how extra rows count (`weight`, `schedule`, `tagged`), or None for rows like any other.
        steps: optimiser steps.
        seed: keys initialisation, batch order and augmentation.
        evaluate: split name -> rows to score after training.
        output_dir: where the fine-tuned model is kept; None keeps nothing.
    """

    rows: Dataset
    steps: int
    seed: int
    evaluate: Mapping[str, Dataset]
    extra: Dataset | None = None
    extra_targets: Tensor | None = None
    share: float = 0.0
    policy: Policy | None = None
    augment_extra: bool = True
    mint: MintSettings | None = None
    output_dir: Path | None = None


@dataclass(frozen=True)
class Evaluation:
    """A model's score on some rows.

    Attributes:
        score: the task's metric in its usual unit.
        loss: the model's mean loss, or None.
        rows: one number a row whose mean is `score`, or None where the metric has none. Metrics of whole corpora give each row's
            influence on the score (the infinitesimal jackknife), which has that mean.
        details: further figures by name, such as BLEU beside chrF++; of the same rows.
    """

    score: float
    loss: float | None = None
    rows: list[float] | None = None
    details: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class FinetuneResult:
    """Split name -> metric in its usual unit, split name -> loss, split name -> numbers by row, the time, and split name ->
    further figures (see `Evaluation`)."""

    scores: Mapping[str, float]
    losses: Mapping[str, float]
    rows: Mapping[str, list[float]]
    seconds: float
    details: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, evaluations: Mapping[str, Evaluation], seconds: float) -> FinetuneResult:
        """The result made of each split's evaluation; what an evaluation lacks is left out."""
        return cls(
            {split: one.score for split, one in evaluations.items()},
            {split: one.loss for split, one in evaluations.items() if one.loss is not None},
            {split: one.rows for split, one in evaluations.items() if one.rows is not None},
            seconds,
            {split: one.details for split, one in evaluations.items() if one.details},
        )


@dataclass(frozen=True)
class OutputFigures:
    """Figures of whole outputs, beside the metric.

    Attributes:
        arms: arm -> name -> figure.
        signatures: name -> how it was computed.
        note: what the figures are, in one sentence.
    """

    arms: Mapping[str, Mapping[str, float]]
    signatures: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
