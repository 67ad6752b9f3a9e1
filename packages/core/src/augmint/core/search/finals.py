"""The final round: the best trials against the baselines over shared seeds, and the choice of the winner.

Source: Breiman et al. 1984, "Classification and regression trees" (the one-standard-error rule), with the error of the
difference paired by seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from augmint.core.interfaces import Point
from augmint.core.search.history import Trial
from augmint.core.search.result import Finalist


def baseline_names(starts: Sequence[str]) -> list[str]:
    """Starting points that are always in the final round: the first (identity), and "standard" or else the second.

    Example:
        >>> baseline_names(["identity", "randaugment", "standard"])
        ['identity', 'standard']
    """
    others = [name for name in starts[1:] if name == "standard"] or list(starts[1:2])
    return [*starts[:1], *others]


def in_any_case(starts: Sequence[str]) -> int:
    """How many starting points are tried however short the time: up to the last of the baselines and of the two with minted rows.

    Example:
        >>> in_any_case(["identity", "standard", "minted", "standard_minted", "flip", "crop"])
        4
    """
    honest = {*baseline_names(starts), "minted", *(f"{name}_minted" for name in baseline_names(starts))}
    return 1 + max(place for place, name in enumerate(starts) if name in honest)


def select_finalists(trials: Sequence[Trial], baselines: Sequence[str], count: int,
                     fingerprint: Callable[[Point], str]) -> list[Trial]:
    """The baselines that did not fail, then the `count` best finished trials, each policy once."""
    chosen = [trial for name in baselines for trial in trials
              if trial.origin == "start" and trial.name == name and trial.score is not None]
    taken = {fingerprint(trial.point) for trial in chosen}
    ranked = sorted((trial for trial in trials if trial.score is not None), key=lambda trial: (-_score(trial), trial.number))
    best: list[Trial] = []
    for trial in ranked:
        if len(best) == count:
            break
        if trial not in chosen and (mark := fingerprint(trial.point)) not in taken:
            taken.add(mark)
            best.append(trial)
    return chosen + best


def final_table(candidates: Sequence[Trial], baselines: Sequence[str], seeds: int) -> list[Finalist]:
    """The candidates with their scores, best mean first and those with a failed run last."""
    whole = [trial for trial in candidates if all(trial.finals.get(index) is not None for index in range(seeds))]
    best = max(whole, key=lambda trial: (_mean(trial, seeds), -trial.number), default=None)
    table = [
        _finalist(trial, best if trial in whole else None, trial.origin == "start" and trial.name in baselines, seeds)
        for trial in candidates
    ]
    return sorted(table, key=lambda row: (row.mean is None, -(row.mean or 0.0), row.trial))


def choose(table: Sequence[Finalist], baselines: Sequence[str]) -> tuple[Finalist, str]:
    """The winner and why, in one sentence.

    It has the best mean, unless a baseline is behind by no more than one standard error of the difference: then the first
    such baseline wins, for what cannot be told apart is not worth its complexity.
    """
    best = table[0]
    assert best.mean is not None
    for name in baselines:
        row = next((row for row in table if row.baseline and row.name == name and row.mean is not None), None)
        if row is None or row is best or (best.baseline and baselines.index(best.name) < baselines.index(name)):
            continue
        assert row.behind is not None
        if row.behind <= (row.behind_error or 0.0):
            return row, (f"{name} is within one standard error of {best.name} ({row.behind:.4g} behind, standard error "
                         f"{row.behind_error or 0.0:.4g}), so the simpler one is kept.")
    against = "; ".join(
        f"{row.behind:.4g} above {row.name}" + ("" if row.behind_error is None else f" (standard error {row.behind_error:.4g})")
        for row in table if row.baseline and row is not best and row.behind is not None
    )
    return best, f"{best.name} has the best mean, {best.mean:.6g}" + (f": {against}." if against else ".")


def _score(trial: Trial) -> float:
    assert trial.score is not None
    return trial.score


def _values(trial: Trial, seeds: int) -> np.ndarray:
    return np.array([trial.finals[index] for index in range(seeds)], dtype=np.float64)


def _mean(trial: Trial, seeds: int) -> float:
    return float(_values(trial, seeds).mean())


def _standard_error(values: np.ndarray) -> float | None:
    return float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else None


def _finalist(trial: Trial, best: Trial | None, baseline: bool, seeds: int) -> Finalist:
    scores = tuple(trial.finals.get(index) for index in range(seeds))
    error = next((trial.final_errors[index] for index in range(seeds) if index in trial.final_errors), None)
    if best is None:
        return Finalist(trial.number, trial.name, trial.point, scores, None, None, None, None, baseline, error)
    values = _values(trial, seeds)
    gap = _values(best, seeds) - values
    return Finalist(trial.number, trial.name, trial.point, scores, float(values.mean()), _standard_error(values),
                    float(gap.mean()), _standard_error(gap), baseline, error)
