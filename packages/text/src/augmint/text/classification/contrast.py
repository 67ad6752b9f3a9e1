"""What a discriminator of labelled texts learns from: real texts, generated ones, and real ones under another label."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from augmint.core.interfaces import RowRandom
from augmint.text.translation.objective import REAL_LABEL


def contrast(
    discriminator: nn.Module, texts: list[str], labels: list[int], generated: list[str], other: list[int]
) -> tuple[Tensor, Tensor, Tensor]:
    """Cross-entropy of real texts against generated ones and against themselves under other labels.

    Args:
        discriminator: has `log_odds`.
        texts, labels: n real rows.
        generated: n texts of the same labels.
        other: n labels that are not the texts' own.

    Returns:
        the loss; the logits float (3 n,), real, generated, mislabelled; and the part that is told rightly.
    """
    count = len(texts)
    inner: Any = discriminator
    logits: Tensor = inner.log_odds([*texts, *generated, *texts], [*labels, *labels, *other])
    wanted = torch.cat([torch.full((count,), REAL_LABEL), torch.zeros(2 * count)]).to(logits)
    # Bad rows are twice as many as good ones, and count half.
    weight = torch.cat([torch.ones(count), torch.full((2 * count,), 0.5)]).to(logits)
    loss = F.binary_cross_entropy_with_logits(logits, wanted, weight=weight)
    right = torch.cat([logits[:count] > 0, logits[count:] < 0]).float()
    return loss, logits, (right * weight).sum() / weight.sum()


def other_labels(labels: list[int], classes: int, rng: RowRandom) -> list[int]:
    """For every label another one, drawn from all others alike; `classes` is at least 2.

    Example:
        >>> other_labels([0, 1], 2, RowRandom(0, rows=[0, 1]))
        [1, 0]
    """
    steps = 1 + rng.integers(classes - 1).cpu()
    return [(label + step) % classes for label, step in zip(labels, steps.tolist(), strict=True)]
