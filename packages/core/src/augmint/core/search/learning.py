"""What the surrogate is told of trials, and which trials go no further."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from augmint.core.interfaces import Point
from augmint.core.search.history import Trial

LEAST_TO_PRUNE = 4
"""A quantile of fewer scores says nothing, so nothing is pruned before."""


def told_values(trials: Sequence[Trial], prune_quantile: float) -> list[tuple[Point, float]]:
    """Points and finite scores for the surrogate, greater is better.

    Finished trials are told their score, but never less than Tukey's lower fence (the first quartile minus 1.5 times the
    interquartile range): one ruinous point would otherwise flatten all differences that matter. A pruned trial counts as the
    quantile of the scores that pruning cuts at, a failed one as the worst score. Before any trial has finished, nothing is told.
    """
    scores = np.array([trial.score for trial in trials if trial.score is not None], dtype=np.float64)
    if not len(scores):
        return []
    low, high = np.quantile(scores, [0.25, 0.75])
    fence = low - 1.5 * (high - low) if high > low else -np.inf
    worst = max(float(scores.min()), float(fence))
    pruned = max(float(np.quantile(scores, prune_quantile)), float(fence))
    told: list[tuple[Point, float]] = []
    for trial in trials:
        if trial.score is not None:
            told.append((trial.point, max(trial.score, float(fence))))
        elif trial.status == "pruned":
            told.append((trial.point, pruned))
        elif trial.status == "failed":
            told.append((trial.point, worst))
    return told


def prune_threshold(earlier: Sequence[Trial], fidelity: str, quantile: float) -> float | None:
    """The score at `fidelity` below which a trial is pruned, from the trials of earlier batches; None prunes nothing."""
    scores = [trial.scores[fidelity] for trial in earlier if fidelity in trial.scores]
    if quantile == 0 or len(scores) < LEAST_TO_PRUNE:
        return None
    return float(np.quantile(scores, quantile))
