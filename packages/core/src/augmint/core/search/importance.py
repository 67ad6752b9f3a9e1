"""How much each dimension matters, told by a forest fitted to the trials.

Source: Breiman 2001, "Random forests"; Jansen 1999, "Analysis of variance designs for model output" (the total-effect index).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from augmint.core.interfaces import Dimension, Point, keyed_generator, keyed_seed
from augmint.core.search.threads import limited_threads

LEAST_TRIALS = 10
"""Below this nothing is said, however few the dimensions."""
SAMPLES = 4096


def dimension_importance(dimensions: Sequence[Dimension], points: Sequence[Point], scores: Sequence[float],
                         seed: int) -> tuple[dict[str, float] | None, str]:
    """Total-effect importance of every dimension.

    A forest is fitted to the trials; over points drawn uniformly from the space, a dimension's index is the part of the
    forest's variance that is left when all the others are known, interactions included. Indices are scaled to sum to 1.

    Args:
        dimensions: of the space.
        points, scores: of finished trials.
        seed: of the search; same trials, same answer.

    Returns:
        name -> share in [0, 1] (or None), and a sentence on how far to trust it (or why there is none).
    """
    if len(scores) < LEAST_TRIALS:
        return None, f"Not enough trials: {len(scores)} finished, importance takes at least {LEAST_TRIALS}."
    target = np.asarray(scores, dtype=np.float64)
    if np.ptp(target) == 0:
        return None, "All trials scored the same."
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(n_estimators=300, min_samples_leaf=2, max_features=0.7, oob_score=True, n_jobs=1,
                                   random_state=keyed_seed(seed, "search", "importance") % 2**31)
    with limited_threads(1):
        forest.fit(_encode(dimensions, points), target)
        explained = float(forest.oob_score_)
        if explained <= 0:
            return None, (f"The scores do not follow the settings closely enough to tell (out-of-bag R2 {explained:.2f} over "
                          f"{len(scores)} trials).")
        totals = _total_effects(forest, dimensions, seed)
    if totals.sum() == 0:
        return None, "No setting changes the predicted score."
    shares = totals / totals.sum()
    names = [dimension.name for dimension in dimensions]
    note = f"From {len(scores)} trials; a forest explains {100 * explained:.0f} % of the variation of trials it has not seen."
    return {name: float(share) for name, share in zip(names, shares)}, note


def _encode(dimensions: Sequence[Dimension], points: Sequence[Point]) -> np.ndarray:
    """Numbers as they are, categories one-hot: float64 (n, columns)."""
    columns: list[np.ndarray] = []
    for dimension in dimensions:
        values = [point[dimension.name] for point in points]
        if dimension.kind == "categorical":
            columns += [np.array([value == choice for value in values], dtype=np.float64) for choice in dimension.choices]
        else:
            columns.append(np.array(values, dtype=np.float64))
    return np.stack(columns, axis=1)


def _widths(dimensions: Sequence[Dimension]) -> list[int]:
    return [len(dimension.choices) if dimension.kind == "categorical" else 1 for dimension in dimensions]


def _uniform(dimensions: Sequence[Dimension], count: int, rng: np.random.Generator) -> np.ndarray:
    """Encoded points drawn uniformly from the space, (count, columns)."""
    blocks: list[np.ndarray] = []
    for dimension in dimensions:
        if dimension.kind == "categorical":
            blocks.append(np.eye(len(dimension.choices))[rng.integers(len(dimension.choices), size=count)])
        elif dimension.kind == "integer":
            blocks.append(rng.integers(int(dimension.low), int(dimension.high) + 1, size=(count, 1)).astype(np.float64))
        else:
            blocks.append(rng.uniform(dimension.low, dimension.high, size=(count, 1)))
    return np.concatenate(blocks, axis=1)


def _total_effects(forest: object, dimensions: Sequence[Dimension], seed: int) -> np.ndarray:
    """Jansen's estimator of each dimension's unnormalised total effect, (dimensions,)."""
    rng = keyed_generator(seed, "search", "importance", "samples")
    base, other = _uniform(dimensions, SAMPLES, rng), _uniform(dimensions, SAMPLES, rng)
    predict = forest.predict  # type: ignore[attr-defined]
    reference = predict(base)
    totals, start = [], 0
    for width in _widths(dimensions):
        changed = base.copy()
        changed[:, start:start + width] = other[:, start:start + width]
        totals.append(float(np.mean((reference - predict(changed)) ** 2) / 2))
        start += width
    return np.array(totals)
