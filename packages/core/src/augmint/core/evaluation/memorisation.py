"""Generated rows that copy a training row: nearest real neighbours held against how real rows lie among themselves.

A distance by itself says nothing, since real rows lie dense in one place and sparse in another. So a row's distance to its
nearest real row is divided by that real row's own distance to its nearest other real row (the authenticity ratio), and real rows,
each left out once, get the same figure. Fresh draws of the real distribution have the same ratios, whatever the density; copies
have ratios near 0.

Source: Alaa et al. 2022, "How faithful is your synthetic data? Sample-level metrics for evaluating and auditing generative
models" (authenticity), calibrated here against left-out real rows instead of the fixed threshold 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from augmint.core.errors import UserError
from augmint.core.evaluation.features import feature_pair, feature_rows, nearest_rows


@dataclass(frozen=True)
class MemorisationCheck:
    """How close generated rows lie to the real training rows.

    Attributes:
        mask: bool (m,), generated rows that count as copies.
        nearest: int64 (m,), the index of each generated row's nearest real row.
        distances: float64 (m,), the distance to it, in feature units.
        relative: float64 (m,), that distance over the real row's own nearest distance.
        real_distances: float64, nearest distance of every distinct real row, itself left out.
        real_relative: float64, the same ratio for them.
        threshold: a generated row counts as a copy where `relative` is below it.
        duplicates: generated rows at distance 0 from a real one.
    """

    mask: np.ndarray
    nearest: np.ndarray
    distances: np.ndarray
    relative: np.ndarray
    real_distances: np.ndarray
    real_relative: np.ndarray
    threshold: float
    duplicates: int

    def summary(self) -> dict[str, float]:
        """For logs and the report: share of copies among generated rows, the share that chance gives (left-out real rows), exact
        duplicates, the median ratios (below the real one: closer than fresh rows would be), and the number of rows checked."""
        return {
            "memorised_share": float(self.mask.mean()), "expected_share": _share(self.real_relative < self.threshold),
            "duplicates": float(self.duplicates), "checked": float(len(self.mask)), "threshold": self.threshold,
            "median_relative": float(np.median(self.relative)),
            "real_median_relative": float(np.median(self.real_relative)) if len(self.real_relative) else 1.0,
        }


def memorisation_check(fake_features: Tensor | np.ndarray, real_features: Tensor | np.ndarray, *, quantile: float = 0.01,
                       ratio: float | None = None) -> MemorisationCheck:
    """Measure every generated row in one feature space; run it in several (pixels, the judge's features) and join the masks.

    Args:
        fake_features: (m, d), m >= 1.
        real_features: (n, d), the rows the generator was trained on; copies among them count once. With fewer than 3 distinct
            ones nothing can be calibrated: exact copies alone are flagged, and every other row has the ratio 1.
        quantile: rows closer than this part of left-out real rows are copies; so of a perfect generator's rows about this part is
            flagged too. In [0, 1).
        ratio: instead of the quantile, a fixed threshold on the relative distance.

    Raises:
        UserError: features that do not fit each other or are not finite, or a quantile out of range.
    """
    if not 0 <= quantile < 1:
        raise UserError(f"quantile is {quantile!r}.", where="memorisation", fix="Give a part in [0, 1), such as 0.01.")
    fake = feature_rows(fake_features, "fake", least=1)
    distinct, first = np.unique(feature_rows(real_features, "real", least=1), axis=0, return_index=True)
    feature_pair(distinct, fake, least=1)
    distances, index = (found[:, 0] for found in nearest_rows(fake, distinct))
    duplicates, nobody = distances == 0, np.zeros(0)
    if len(distinct) < 3:
        return MemorisationCheck(duplicates, first[index], distances, np.where(duplicates, 0.0, 1.0), nobody, nobody, 0.0,
                                 int(duplicates.sum()))
    apart, others = nearest_rows(None, distinct, k=2)
    spacing, neighbour = apart[:, 0], others[:, 0]
    # A left-out row must not set its neighbour's spacing: take the second nearest where the left-out row is the nearest.
    mutual = others[neighbour, 0] == np.arange(len(distinct))
    real_relative = spacing / np.where(mutual, apart[neighbour, 1], spacing[neighbour])
    relative = distances / spacing[index]
    threshold = float(np.quantile(real_relative, quantile)) if ratio is None else float(ratio)
    return MemorisationCheck(
        mask=(relative < threshold) | duplicates, nearest=first[index], distances=distances, relative=relative,
        real_distances=spacing, real_relative=real_relative, threshold=threshold, duplicates=int(duplicates.sum()),
    )


def _share(mask: np.ndarray) -> float:
    return float(mask.mean()) if len(mask) else 0.0


def memorised(fake_features: Tensor | np.ndarray, real_features: Tensor | np.ndarray, *, quantile: float = 0.01,
              ratio: float | None = None) -> np.ndarray:
    """The mask of `memorisation_check`, bool (m,): True where a generated row counts as a copy of a real one.

    Example:
        >>> real = np.random.default_rng(0).normal(size=(200, 4))
        >>> memorised(np.stack([real[7], real[7] + 1e-4, -real[7] + 2]), real).tolist()
        [True, True, False]
    """
    return memorisation_check(fake_features, real_features, quantile=quantile, ratio=ratio).mask


def duplicated(rows: Tensor | np.ndarray, real: Tensor | np.ndarray | None = None) -> np.ndarray:
    """Exact copies, bool (m,): rows equal in every value to a real row or to an earlier one of `rows`.

    Args:
        rows: (m, ...), any dtype.
        real: (n, ...) of the same shape and dtype beyond the first dimension, or None.

    Example:
        >>> duplicated(np.array([[1, 2], [3, 4], [1, 2]]), np.array([[3, 4]])).tolist()
        [False, True, True]
    """
    seen = set() if real is None else set(_bytes(real))
    mask = []
    for content in _bytes(rows):
        mask.append(content in seen)
        seen.add(content)
    return np.array(mask, dtype=bool)


def _bytes(rows: Tensor | np.ndarray) -> list[bytes]:
    array = rows.detach().cpu().numpy() if isinstance(rows, Tensor) else np.asarray(rows)
    return [np.ascontiguousarray(row).tobytes() for row in array]
