"""Which rows: stratified, seeded, and nested, so that a smaller study uses a part of a larger one's rows."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np

from augmint.core.data.config import Limit
from augmint.core.interfaces import keyed_generator, keyed_seed


def stratified_order(labels: Sequence[int] | np.ndarray | None, n: int, seed: int, purpose: str) -> list[np.ndarray]:
    """Row positions of every class in a seeded order (one group where there are no labels)."""
    rng = keyed_generator(seed, "data", purpose)
    if labels is None:
        return [rng.permutation(n)]
    array = np.asarray(labels, dtype=np.int64)
    return [rng.permutation(np.flatnonzero(array == value)) for value in np.unique(array)]


def proportional(counts: Sequence[int] | np.ndarray, total: int) -> np.ndarray:
    """`total` shared out in proportion to `counts` by largest remainders; no share exceeds its count; sums to
    min(total, sum of counts).

    Example:
        >>> proportional([50, 30, 20], 11).tolist()
        [6, 3, 2]
    """
    sizes = np.asarray(counts, dtype=np.int64)
    total = min(int(total), int(sizes.sum()))
    if total == 0:
        return np.zeros_like(sizes)
    exact = sizes * (total / sizes.sum())
    share = np.minimum(np.floor(exact + 1e-9).astype(np.int64), sizes)
    # Largest remainders first, earlier classes on ties.
    order = np.lexsort((np.arange(len(sizes)), -(exact - share)))
    while share.sum() < total:
        for index in order:
            if share.sum() == total:
                break
            if share[index] < sizes[index]:
                share[index] += 1
    return share


def split_off(labels: Sequence[int] | np.ndarray | None, n: int, fraction: float, seed: int,
              purpose: str) -> tuple[np.ndarray, np.ndarray]:
    """Positions that stay and positions split off, both ascending.

    Every class gives about `fraction` of its rows, at least one where it has two, and keeps at least one.
    """
    off = []
    for group in stratified_order(labels, n, seed, purpose):
        count = min(max(round(len(group) * fraction), 1), len(group) - 1)
        off.append(group[:count])
    chosen = np.sort(np.concatenate(off)) if off else np.zeros(0, dtype=np.int64)
    return np.setdiff1d(np.arange(n), chosen), chosen


def split_off_groups(groups: np.ndarray, labels: np.ndarray | None, fraction: float, seed: int,
                     purpose: str) -> tuple[np.ndarray, np.ndarray]:
    """As `split_off`, but no group is torn: about `fraction` of the rows, classes as evenly as whole groups allow.

    Both are empty where there is one group only.

    Args:
        groups: the group of every row, hashable values, (n,).
        labels: class of every row, or None.
        fraction: part of the rows that is split off.
        seed, purpose: key the draw.
    """
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

    _, number = np.unique(groups, return_inverse=True)
    found = int(number.max(initial=-1)) + 1
    if found < 2:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    # Many small folds, of which some are taken: with as few as 1 / fraction, one large group would be all that is split off.
    folds = min(found, max(2, round(4 / fraction)))
    state = keyed_seed(seed, "data", purpose) % 2**32
    kinds = GroupKFold if labels is None else StratifiedGroupKFold
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # classes rarer than folds: they go where their group goes
        parts = list(kinds(folds, shuffle=True, random_state=state).split(number, labels, number))
    chosen, wanted = np.zeros(0, dtype=np.int64), fraction * len(number)
    for _, part in parts[:-1]:
        if len(chosen) and abs(len(chosen) + len(part) - wanted) > abs(len(chosen) - wanted):
            break
        chosen = np.concatenate([chosen, part])
    return np.setdiff1d(np.arange(len(number)), chosen), np.sort(chosen)


def limited(labels: Sequence[int] | np.ndarray | None, n: int, limit: Limit, seed: int, purpose: str) -> np.ndarray:
    """Positions within the limit, ascending. The same seed gives nested subsets: 10 a class are among its 20 a class."""
    if limit is None:
        return np.arange(n)
    groups = stratified_order(labels, n, seed, purpose)
    if isinstance(limit, Mapping):
        counts = np.array([limit["per_class"]] * len(groups))
    else:
        counts = proportional([len(group) for group in groups], limit)
    return np.sort(np.concatenate([group[:count] for group, count in zip(groups, counts)]))
