"""Which original rows candidates are made from."""

from __future__ import annotations

import numpy as np

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, RowRandom, keyed_generator
from augmint.core.minting.parts import MintParts
from augmint.core.minting.plan import NO_CLASS, MintPlan


def conditions(plan: MintPlan, parts: MintParts, ids: np.ndarray,
               labels: np.ndarray) -> tuple[Batch | None, np.ndarray | None]:
    """What a conditioned generator makes every candidate for, and the original rows that gave it (None for unlabelled ones).

    The candidates of a group share a condition. Groups walk through shuffles of all conditions, one after the other; those of a
    class through shuffles of its own originals.
    """
    assert parts.generator is not None
    if not parts.generator.conditioned_on:
        return None, None
    pool = parts.conditions if parts.conditions is not None else parts.originals
    known = parts.codec.labels(pool) if labels[0] != NO_CLASS else None
    group, rows = plan.groups(ids), np.zeros(len(ids), dtype=np.int64)
    for label in np.unique(labels):
        mine = np.flatnonzero(labels == label)
        places = _rows_of(label, known, len(pool), parts)
        for epoch in np.unique(group[mine] // len(places)).tolist():
            now = mine[group[mine] // len(places) == epoch]
            key = ("mint", "conditions", epoch) if known is None else ("mint", "conditions", epoch, int(label))
            rows[now] = places[keyed_generator(plan.seed, *key).permutation(len(places))[group[now] % len(places)]]
    encoded = parts.codec.encode_roles(pool.select(rows), parts.generator.conditioned_on)
    return encoded, rows if parts.conditions is None else None


def drawn_parents(parts: MintParts, labels: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """A row of its class for every candidate that a policy makes, int64 (n,)."""
    known = parts.codec.labels(parts.originals)
    rng = RowRandom(0, "mint parent", rows=seeds)
    parents = np.zeros(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        mine = np.flatnonzero(labels == label)
        pool = _rows_of(label, known, len(parts.originals), parts)
        parents[mine] = pool[rng.take(mine).integers(len(pool)).numpy()]
    return parents


def _rows_of(label: int, known: list[int] | None, total: int, parts: MintParts) -> np.ndarray:
    """The rows of a class, or all where there are no classes. Raises UserError where there is none to make versions of."""
    rows = np.arange(total) if known is None else np.flatnonzero(np.asarray(known) == label)
    if not len(rows):
        name = (parts.codec.label_names or [str(label)])[label] if label != NO_CLASS else "all"
        raise UserError(f"There is no row of class {name!r} to make versions of.", where="mint",
                        fix="Give rows of that class, or a ratio instead of per_class.")
    return rows
