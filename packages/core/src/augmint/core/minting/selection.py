"""Which candidates are minted: all filters over all candidates, then the quotas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from augmint.core.minting.candidates import FIGURES
from augmint.core.minting.filters import FILTERS, Candidates
from augmint.core.minting.plan import MintPlan
from augmint.core.minting.reference import Reference

SURPLUS, MINTED = "surplus", "minted"


@dataclass(frozen=True)
class Selection:
    """What became of every candidate.

    Attributes:
        fate: per candidate in id order: "minted", "surplus" (passed, but its class was full) or the reason of rejection.
        ids: candidate ids in order.
        made, passed, minted: class -> candidates made, passed by all filters, minted.
        rejected: reason -> class -> count.
        short: class -> rows missing from its quota; empty where all quotas are met.
    """

    fate: np.ndarray
    ids: np.ndarray
    made: Mapping[int, int]
    passed: Mapping[int, int]
    minted: Mapping[int, int]
    rejected: Mapping[str, Mapping[int, int]]
    short: Mapping[int, int]

    @property
    def chosen(self) -> np.ndarray:
        """Ids of minted candidates, ascending."""
        return self.ids[self.fate == MINTED]


def figures_of(tables: Sequence[pa.Table]) -> Candidates:
    """The figures of all candidates, sorted by id whatever order the shards come in."""
    table = pa.concat_tables([table.select(FIGURES.names) for table in tables]).sort_by("augmint:id")

    def numbers(name: str) -> np.ndarray:
        return table.column(f"augmint:{name}").to_numpy(zero_copy_only=False)

    embedded = table.column("augmint:embedding")
    embedding = None
    if len(table) and embedded.null_count == 0:
        flat = embedded.combine_chunks().flatten().to_numpy(zero_copy_only=False)
        embedding = flat.reshape(len(table), -1).astype(np.float32)
    return Candidates(
        numbers("id"), numbers("label"), numbers("finite").astype(bool), numbers("score").astype(np.float32),
        numbers("agreement").astype(np.float32), numbers("distance").astype(np.float32),
        table.column("augmint:digest").to_pylist(), embedding, table.column("augmint:flaw").to_pylist(),
    )


def select_candidates(candidates: Candidates, plan: MintPlan, reference: Reference) -> Selection:
    """Filter, then take of every class the first `quota` that passed, by id: a fair sample of what passed.

    Taking the best instead of the first would tighten `keep_quantile` behind the policy's back.
    """
    fate = np.full(len(candidates), SURPLUS, dtype=object)
    alive = np.ones(len(candidates), dtype=bool)
    for row, flaw in enumerate(candidates.flaw or ()):
        if flaw is not None:
            fate[row], alive[row] = flaw, False
    for reason, reject in FILTERS.items():
        # Comparisons with NaN are False: a figure that was not taken rejects nothing.
        out = alive & reject(candidates, alive, plan, reference)
        fate[out] = reason
        alive &= ~out
    for label, quota in plan.quotas.items():
        fate[np.flatnonzero(alive & (candidates.label == label))[:quota]] = MINTED
    passed, minted = _by_class(candidates.label[alive]), _by_class(candidates.label[fate == MINTED])
    reasons = [*dict.fromkeys(flaw for flaw in candidates.flaw or () if flaw is not None), *FILTERS]
    rejected = {reason: _by_class(candidates.label[fate == reason]) for reason in reasons}
    short = {label: quota - minted.get(label, 0) for label, quota in plan.quotas.items() if quota > minted.get(label, 0)}
    return Selection(fate, candidates.id, _by_class(candidates.label), passed, minted,
                     {reason: counts for reason, counts in rejected.items() if counts}, short)


def _by_class(labels: np.ndarray) -> dict[int, int]:
    values, counts = np.unique(labels, return_counts=True)
    return {int(value): int(count) for value, count in zip(values, counts)}
