"""What a discriminator of texts learns from: real texts, generated ones, and real ones under another label."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from augmint.core.interfaces import RowRandom
from augmint.core.interfaces.strings import length_key, to_tensors

KINDS = ("real", "fake", "mislabelled")
"""In the order of `contrast_logits`; the last only where there are labels."""


def contrast_logits(
    discriminator: nn.Module,
    texts: list[str],
    labels: list[int],
    generated: list[str],
    other: Sequence[int] | None,
    device: torch.device | None = None,
) -> Tensor:
    """Logits of real texts, then of generated ones, then of the real ones under other labels.

    Args:
        discriminator: a `TextDiscriminator`, or one in a distributed wrapper.
        texts, labels: n real rows.
        generated: n texts of the same labels.
        other: n labels that are not the texts' own; None where texts have no labels.
        device: of the batch that the discriminator is given.

    Returns:
        float (3 n,), or (2 n,) without labels.
    """
    wrong: tuple[list[str], Sequence[int]] = ([], []) if other is None else (texts, other)
    points, lengths = to_tensors([*texts, *generated, *wrong[0]])
    batch = {"text": points, length_key("text"): lengths, "label": torch.tensor([*labels, *labels, *wrong[1]])}
    logits: Tensor = discriminator({name: tensor.to(device) for name, tensor in batch.items()})
    return logits


def other_labels(labels: list[int], classes: int, rng: RowRandom) -> list[int] | None:
    """For every label another one, drawn from all others alike; None where there are no labels to take wrongly.

    Example:
        >>> other_labels([0, 1], 2, RowRandom(0, rows=[0, 1]))
        [1, 0]
        >>> other_labels([0, 0], 0, RowRandom(0, rows=[0, 1])) is None
        True
    """
    if classes < 2:
        return None
    steps = 1 + rng.integers(classes - 1).cpu()
    return [(label + step) % classes for label, step in zip(labels, steps.tolist(), strict=True)]
