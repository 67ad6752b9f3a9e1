"""Which unlabelled rows the judge is sure enough of to label."""

from __future__ import annotations

import numpy as np
import torch
from datasets import Dataset, Features
from torch import Tensor


def confident(probabilities: Tensor, least: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows sure enough to be pseudo-labelled, and their labels: positions and classes, both int64 (k,).

    A row needs a top probability of `least`, less for classes that are predicted with confidence more rarely, down to half of it:
    one threshold for all leaves hard classes out of the next round, which then forgets them. A judge that is sure of no row at
    all labels none.

    Source: Zhang et al. 2021, "FlexMatch: boosting semi-supervised learning with curriculum pseudo labeling" (equation 6 with its
    convex mapping, bounded below).

    Example:
        >>> sure = torch.tensor([[0.9, 0.1], [0.9, 0.1], [0.3, 0.7], [0.65, 0.35]])
        >>> [values.tolist() for values in confident(sure, 0.8)]
        [[0, 1, 2], [0, 0, 1]]
    """
    top, label = probabilities.max(1)
    counts = torch.bincount(label[top >= least], minlength=probabilities.shape[1]).float()
    learnt = counts / counts.max().clamp(min=1)
    threshold = least * (learnt / (2 - learnt)).clamp(min=0.5 if counts.max() else 1.0)
    at = np.flatnonzero((top >= threshold[label]).numpy())
    return at, label.numpy()[at]


def pseudo_labelled_rows(
    unlabeled: Dataset, payload: str, label: str, probabilities: Tensor, least: float, features: Features
) -> Dataset:
    """Unlabelled rows that the judge is sure enough of (see `confident`), in the training rows' Features.

    Columns that they lack are None.

    Args:
        unlabeled: n rows.
        payload: their column of images, texts or clips.
        label: the training rows' column of labels.
        probabilities: of the judge, float (n, classes).
        least: top probability of a row that is taken, [0, 1).
        features: of the training rows.
    """
    at, labels = confident(probabilities, least)
    chosen = unlabeled.select_columns([payload]).select(at).add_column(label, labels.tolist())
    for name in features:
        if name not in chosen.column_names:
            chosen = chosen.add_column(name, [None] * len(chosen))
    return chosen.select_columns(list(features)).cast(features)
