"""Teaching a discriminator of texts before the adversarial steps, and calibrating it."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from augmint.core.interfaces import RowRandom
from augmint.text.causal.contrast import contrast_logits, other_labels
from augmint.text.discriminators.calibration import platt
from augmint.text.discriminators.text import TextDiscriminator
from augmint.text.training.rows import TextRows
from augmint.text.training.teaching import teach

BATCH = 16


def train_discriminator(
    discriminator: TextDiscriminator,
    rows: TextRows,
    written: list[str],
    classes: int,
    *,
    steps: int,
    learning_rate: float,
    seed: int,
) -> None:
    """Train in place; each step sees 16 real texts, as many generated ones of their labels, and the real ones under other labels.

    Args:
        discriminator: trained in place.
        rows: real texts, with labels if there are any.
        written: a generated text for each.
        classes: how many labels there are, or 0.
        steps: of AdamW.
        learning_rate: at its highest.
        seed: keys order, labels and dropout.
    """
    texts, labels = rows.texts["text"], rows.label_list

    def logits_of(chosen: list[int], step: int) -> Tensor:
        own = [labels[row] for row in chosen]
        other = other_labels(own, classes, RowRandom(seed, "discriminator", step, rows=range(len(chosen))))
        return contrast_logits(discriminator, [texts[row] for row in chosen], own, [written[row] for row in chosen], other)

    groups = [{"params": list(discriminator.parameters()), "lr": learning_rate}]
    teach(discriminator, groups, logits_of, rows=len(texts), batch_size=BATCH, steps=steps, seed=seed)


def calibrate(discriminator: TextDiscriminator, real: TextRows, written: list[str], classes: int, seed: int) -> None:
    """Set scale and bias by held-out real, generated and mislabelled texts, whatever they were before."""
    texts, labels = real.texts["text"], real.label_list
    other = other_labels(labels, classes, RowRandom(seed, "calibrate", rows=range(len(labels))))
    wrong: tuple[list[str], list[int]] = ([], []) if other is None else (texts, other)
    said = discriminator.eval().batched_log_odds([*texts, *written, *wrong[0]], [*labels, *labels, *wrong[1]])
    odds = said.double().numpy()
    scale, bias = platt(odds, np.arange(len(odds)) < len(texts))
    discriminator.scale.mul_(scale)
    discriminator.bias.mul_(scale).add_(bias)
