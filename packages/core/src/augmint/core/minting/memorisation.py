"""How close minted rows come to training rows, measured against how close training rows come to each other.

The same measure as `augmint.core.evaluation.memorisation_check`, made for shards: a row's distance to its nearest real row over
that real row's distance to its own nearest, since real rows lie dense in one place and sparse in another.
"""

from __future__ import annotations

import torch
from torch import Tensor

from augmint.core.interfaces import keyed_generator

SAMPLE = 5000
"""Training rows whose own neighbours are looked up; more would not sharpen a quantile."""


def nearest_distances(queries: Tensor, reference: Tensor, *, leave_out: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The nearest reference row of every query.

    Args:
        queries: float32 (n, dim).
        reference: float32 (m, dim).
        leave_out: int64 (n, k): the reference rows that do not count for a query, such as the one that it is; or None.

    Returns:
        Euclidean distances float32 (n,) and indices int64 (n,). Infinite where there is no other row.
    """
    if not len(queries) or len(reference) <= (0 if leave_out is None else leave_out.shape[1]):
        return torch.full((len(queries),), torch.inf), torch.zeros(len(queries), dtype=torch.int64)
    indices = []
    for at in range(0, len(queries), 256):
        found = torch.cdist(queries[at : at + 256], reference)
        if leave_out is not None:
            found.scatter_(1, leave_out[at : at + 256], torch.inf)
        indices.append(found.argmin(1))
    index = torch.cat(indices)
    # cdist rounds coarsely by its matrix products, so the one distance that counts is taken again.
    return (queries - reference[index]).norm(dim=1), index


def relative_distances(queries: Tensor, reference: Tensor, leave_out: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Distance to the nearest reference row over that row's own distance to its nearest: copies have about 0, fresh rows about 1.

    Args:
        queries: float32 (n, dim).
        reference: float32 (m, dim), all rows distinct.
        leave_out: int64 (n,), a reference row that does not count for each query, such as the one that it is a version of; or None.

    Returns:
        float32 (n,), infinite where there are fewer than two reference rows, and the indices of the nearest, int64 (n,).
    """
    distance, index = nearest_distances(queries, reference, leave_out=None if leave_out is None else leave_out[:, None])
    if len(reference) < 2 or not len(queries):
        return torch.full((len(queries),), torch.inf), index
    places, place_of = index.unique(return_inverse=True)
    spacing = nearest_distances(reference[places], reference, leave_out=places[:, None])[0]
    return distance / spacing[place_of], index


def real_spacing(reference: Tensor, seed: int = 0) -> tuple[Tensor, Tensor]:
    """How reference rows lie among themselves, over a fixed sample of at most 5,000 of them.

    Args:
        reference: float32 (m, dim), all rows distinct.
        seed: of the sample.

    Returns:
        The sampled rows' distances to their nearest other row, and their relative distances, each row left out for its own; both
        float32, empty where fewer than three rows leave nothing to calibrate on.
    """
    if len(reference) < 3:
        return torch.zeros(0), torch.zeros(0)
    rows = torch.arange(len(reference))
    if len(reference) > SAMPLE:
        rows = torch.from_numpy(keyed_generator(seed, "memorisation").permutation(len(reference))[:SAMPLE].copy())
    distance, neighbour = nearest_distances(reference[rows], reference, leave_out=rows[:, None])
    # A left-out row must not set its neighbour's spacing.
    spacing = nearest_distances(reference[neighbour], reference, leave_out=torch.stack([neighbour, rows], 1))[0]
    return distance, distance / spacing


def memorisation_threshold(relative: Tensor, quantile: float) -> float:
    """The relative distance below which a minted row counts as memorised: `quantile` of the real rows' own.

    A fresh real row would be rejected with about that probability, so the check is calibrated on the data itself.
    """
    return float(torch.quantile(relative.double(), quantile)) if len(relative) and quantile > 0 else 0.0
