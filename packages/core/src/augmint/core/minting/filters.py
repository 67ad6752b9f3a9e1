"""The filters that a candidate must pass, each a function from all candidates to the mask of those it rejects.

Filters see every candidate of the run at once and break ties by id, so that nothing depends on which worker came first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from augmint.core.minting.plan import MintPlan
from augmint.core.minting.reference import Reference

NOT_FINITE, WRONG_LABEL, COPY, DUPLICATE = "not finite", "label not recognised", "copy of a training row", "duplicate"
MEMORISED, NEAR_DUPLICATE, LOW_SCORE = "memorised", "near duplicate", "low score"
BEATEN = "another candidate was better"


@dataclass(frozen=True)
class Candidates:
    """Figures of all candidates in id order; missing figures are NaN (or None for the embedding).

    Attributes: id, label, finite, score, agreement, distance (relative, see `memorisation`): shape (n,); digest: n bytes objects;
        embedding: (n, dim) or None; flaw: n reasons of the codec's rules (None for sound rows), or None without rules.
    """

    id: np.ndarray
    label: np.ndarray
    finite: np.ndarray
    score: np.ndarray
    agreement: np.ndarray
    distance: np.ndarray
    digest: list[bytes]
    embedding: np.ndarray | None
    flaw: list[str | None] | None = None

    def __len__(self) -> int:
        return len(self.id)


Filter = Callable[[Candidates, np.ndarray, MintPlan, Reference], np.ndarray]
"""(candidates, mask of those still in, plan, reference) -> mask of those to reject; only masks within the second count."""


def not_finite(candidates: Candidates, alive: np.ndarray, plan: MintPlan, reference: Reference) -> np.ndarray:
    """Rows with NaN or infinite numbers."""
    return ~candidates.finite


def wrong_label(candidates: Candidates, alive: np.ndarray, plan: MintPlan, reference: Reference) -> np.ndarray:
    """Rows to whose intended label the judge gives less than `min_agreement`."""
    return candidates.agreement < plan.settings.min_agreement


def copy(candidates: Candidates, alive: np.ndarray, plan: MintPlan, reference: Reference) -> np.ndarray:
    """Exact copies of training rows (in a stream, also of any row that went by before)."""
    return np.fromiter((digest in reference for digest in candidates.digest), dtype=bool, count=len(candidates))


def duplicate(candidates: Candidates, alive: np.ndarray, plan: MintPlan, reference: Reference) -> np.ndarray:
    """Exact copies of candidates with lower ids that are still in."""
    seen: set[bytes] = set()
    rejected = np.zeros(len(candidates), dtype=bool)
    for row in np.flatnonzero(alive):
        rejected[row] = candidates.digest[row] in seen
        seen.add(candidates.digest[row])
    return rejected


def memorised(candidates: Candidates, alive: np.ndarray, plan: MintPlan, reference: Reference) -> np.ndarray:
    """Rows closer to a training row, in the judge's features, than training rows come to each other there.

    Augmented copies are meant to be near their parents, so policy rows are exempt.

    Source: Alaa et al. 2022, "How faithful is your synthetic data?" (authenticity); see `evaluation.memorisation_check`.
    """
    if plan.origin != "generator":
        return np.zeros(len(candidates), dtype=bool)
    return candidates.distance < reference.memorised_below


def near_duplicate(candidates: Candidates, alive: np.ndarray, plan: MintPlan, reference: Reference) -> np.ndarray:
    """Rows within `near_duplicate` times the typical real distance of one of their class with a lower id (kept or not)."""
    rejected = np.zeros(len(candidates), dtype=bool)
    radius = plan.arguments.near_duplicate * reference.typical
    if candidates.embedding is None or radius <= 0 or plan.origin != "generator":
        return rejected
    for label in np.unique(candidates.label[alive]):
        rows = np.flatnonzero(alive & (candidates.label == label))
        points = torch.from_numpy(candidates.embedding[rows])
        for at in range(0, len(rows), 1024):
            part = points[at : at + 1024]
            close = torch.cdist(part, points[: at + len(part)], compute_mode="donot_use_mm_for_euclid_dist") < radius
            earlier = torch.arange(at + len(part))[None] < torch.arange(at, at + len(part))[:, None]
            rejected[rows[at : at + len(part)]] = (close & earlier).any(1).numpy()
    return rejected


def beaten(candidates: Candidates, alive: np.ndarray, plan: MintPlan, reference: Reference) -> np.ndarray:
    """All but the best of each group of `best_of` by discriminator score; lower ids first among equals."""
    rejected = np.zeros(len(candidates), dtype=bool)
    if plan.settings.best_of == 1:
        return rejected
    rows = np.flatnonzero(alive)
    score = np.nan_to_num(candidates.score[rows], nan=-np.inf)
    order = rows[np.lexsort((candidates.id[rows], -score, plan.groups(candidates.id[rows])))]
    group = plan.groups(candidates.id[order])
    rejected[order[1:][group[1:] == group[:-1]]] = True
    return rejected


def low_score(candidates: Candidates, alive: np.ndarray, plan: MintPlan, reference: Reference) -> np.ndarray:
    """All but the best `keep_quantile` of every class by discriminator score; lower ids first among equals."""
    rejected = np.zeros(len(candidates), dtype=bool)
    for label in np.unique(candidates.label[alive]):
        rows = np.flatnonzero(alive & (candidates.label == label) & ~np.isnan(candidates.score))
        order = rows[np.lexsort((candidates.id[rows], -candidates.score[rows]))]
        rejected[order[math.ceil(plan.settings.keep_quantile * len(rows) - 1e-9):]] = True
    return rejected


FILTERS: Mapping[str, Filter] = {
    NOT_FINITE: not_finite, WRONG_LABEL: wrong_label, COPY: copy, DUPLICATE: duplicate, MEMORISED: memorised,
    NEAR_DUPLICATE: near_duplicate, BEATEN: beaten, LOW_SCORE: low_score,
}
"""In the order they are applied, after the codec's own rules: a candidate is counted under the first that rejects it."""
