"""Whether real and generated rows can be told apart: a classifier two-sample test."""

from __future__ import annotations

import warnings

import numpy as np
from torch import Tensor

from augmint.core.evaluation.features import feature_pair

MOST, FOLDS = 1000, 5
"""Rows of each kind that are looked at, and folds of the cross-validation."""


def real_or_generated_auc(real_features: Tensor | np.ndarray, fake_features: Tensor | np.ndarray) -> float:
    """Area under the ROC curve of a linear classifier, cross-validated: 0.5 cannot tell real from generated rows, 1 always can.

    Args:
        real_features: (n, d), n >= 2; of more than 1000 rows, 1000 evenly spread ones.
        fake_features: (m, d), m >= 2, of the same embedder; as many.

    Returns:
        in [0, 1]. Below 0.5 says no more than 0.5: small samples scatter.

    Source: Lopez-Paz and Oquab 2017, "Revisiting classifier two-sample tests".

    Example:
        >>> rows = np.random.default_rng(0).normal(size=(80, 3))
        >>> real_or_generated_auc(rows[:40], rows[40:]) < 0.75, real_or_generated_auc(rows[:40], rows[40:] + 9)
        (True, 1.0)
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    real, fake = (rows[_spread(len(rows))] for rows in feature_pair(real_features, fake_features))
    rows, kinds = np.concatenate([real, fake]), np.repeat([1, 0], [len(real), len(fake)])
    folds = StratifiedKFold(min(FOLDS, len(real), len(fake)), shuffle=True, random_state=0)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=200))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 200 rounds tell enough
        scores = cross_val_predict(model, rows, kinds, cv=folds, method="decision_function")
    return float(roc_auc_score(kinds, scores))


def _spread(count: int) -> np.ndarray:
    return np.linspace(0, count - 1, min(count, MOST)).astype(np.int64)
