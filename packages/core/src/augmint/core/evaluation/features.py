"""Feature rows as the metrics take them, and distances between them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from sklearn.metrics import pairwise_distances_chunked
from sklearn.neighbors import NearestNeighbors
from torch import Tensor

from augmint.core.errors import UserError


def feature_rows(features: Tensor | np.ndarray, name: str, least: int = 2) -> np.ndarray:
    """float64 (n, d) on the CPU; rows of more dimensions (images, say) are flattened.

    Raises:
        UserError: fewer than `least` rows, no row dimension, or values that are not finite.
    """
    array = features.detach().cpu().double().numpy() if isinstance(features, Tensor) else np.asarray(features, dtype=np.float64)
    if array.ndim < 2 or len(array) < least:
        raise UserError(f"{name} features have shape {array.shape}.", where="evaluation", fix=f"Give (n, d) with n >= {least}.")
    array = np.ascontiguousarray(array.reshape(len(array), -1))
    if not np.isfinite(array).all():
        bad = int((~np.isfinite(array).all(axis=1)).sum())
        raise UserError(f"{bad} of {len(array)} {name} feature rows are not finite.", where="evaluation",
                        fix="Check the embedder and whether the generator has diverged.")
    return array


def feature_pair(real: Tensor | np.ndarray, fake: Tensor | np.ndarray, least: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Both sets as `feature_rows`, of the same width. Raises UserError where the widths differ."""
    first, second = feature_rows(real, "real", least), feature_rows(fake, "fake", least)
    if first.shape[1] != second.shape[1]:
        raise UserError(f"Real features have {first.shape[1]} dimensions and fake ones {second.shape[1]}.", where="evaluation",
                        fix="Embed both with the same model.")
    return first, second


def nearest_rows(queries: np.ndarray | None, references: np.ndarray, k: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest references of every query, nearest first.

    Args:
        queries: (n, d); None queries the references themselves, each without itself (leave one out).
        references: (m, d).
        k: neighbours, cut to what there is.

    Returns:
        distances float64 (n, k) and indices int64 (n, k). Distances are recomputed from differences: the fast product form
        gives an exact copy a distance of about 1e-7 of its norm instead of 0.
    """
    k = min(k, len(references) - (1 if queries is None else 0))
    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(references)
    index = search.kneighbors(queries, return_distance=False)
    rows = references if queries is None else queries
    distance = np.stack([np.linalg.norm(rows - references[index[:, j]], axis=1) for j in range(k)], axis=1)
    order = np.argsort(distance, axis=1, kind="stable")
    return np.take_along_axis(distance, order, 1), np.take_along_axis(index, order, 1)


def distance_blocks(rows: np.ndarray, columns: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Euclidean distances (rows, columns) in blocks of rows that fit in memory: (which rows, block)."""
    start = 0
    for block in pairwise_distances_chunked(rows, columns, working_memory=256):
        yield slice(start, start + len(block)), block
        start += len(block)
