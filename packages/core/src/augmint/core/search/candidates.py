"""The points among which a proposal is chosen: all over the space, and around the best ones.

Climbing the acquisition by gradient from anywhere leads into corners as soon as there are a dozen dimensions, since uncertainty
is greatest there. Changing few coordinates of good points keeps most of what makes them good.

Source: Regis & Shoemaker 2013, "Combining radial basis function surrogates and dynamic coordinate search" (DYCORS);
Eriksson et al. 2019, "Scalable global optimization via local Bayesian optimization" (TuRBO).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from augmint.core.interfaces import Dimension, Point
from augmint.core.search.spaces import SkoptSpace

UNIFORM = 1000
LOCAL = 400
"""Changed copies of each of the best points at each of the scales."""
SCALES = (0.05, 0.2)
"""Standard deviations of a change, as parts of a dimension's range."""
CHANGED = 4
"""How many coordinates change on average; at least a fifth of them."""


def candidates(space: SkoptSpace, best: Sequence[Point], rng: np.random.Generator) -> list[list[Any]]:
    """skopt points (free dimensions only): uniform draws, and changed copies of `best`."""
    blocks = [[_uniform(dimension, UNIFORM, rng) for dimension in space.free]]
    rate = max(0.2, min(1.0, CHANGED / len(space.free)))
    for point in best:
        for scale in SCALES:
            changed = rng.uniform(size=(LOCAL, len(space.free))) < rate
            changed[np.arange(LOCAL), rng.integers(len(space.free), size=LOCAL)] = True
            blocks.append([_around(dimension, point[dimension.name], scale, changed[:, place], rng)
                           for place, dimension in enumerate(space.free)])
    return [list(coordinates) for block in blocks for coordinates in zip(*block)]


def _uniform(dimension: Dimension, count: int, rng: np.random.Generator) -> list[Any]:
    if dimension.kind == "categorical":
        return [dimension.choices[place] for place in rng.integers(len(dimension.choices), size=count).tolist()]
    if dimension.kind == "integer":
        return rng.integers(int(dimension.low), int(dimension.high) + 1, size=count).tolist()
    return rng.uniform(dimension.low, dimension.high, size=count).tolist()


def _around(dimension: Dimension, value: Any, scale: float, changed: np.ndarray, rng: np.random.Generator) -> list[Any]:
    """`value`, or where `changed` a value near it (for a category: any)."""
    if dimension.kind == "categorical":
        return [new if change else value for new, change in zip(_uniform(dimension, len(changed), rng), changed)]
    spread = scale * (dimension.high - dimension.low)
    if dimension.kind == "integer":
        spread = max(spread, 1.0)  # less would round back to the same value
    moved = np.clip(value + spread * changed * rng.normal(size=len(changed)), dimension.low, dimension.high)
    return np.rint(moved).astype(int).tolist() if dimension.kind == "integer" else moved.tolist()
