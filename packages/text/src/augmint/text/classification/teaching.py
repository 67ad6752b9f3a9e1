"""Teaching a discriminator of labelled texts before the adversarial steps, and calibrating it."""

from __future__ import annotations

import numpy as np
import torch

from augmint.core.interfaces import RowRandom, keyed_generator
from augmint.text.classification.contrast import contrast, other_labels
from augmint.text.discriminators.calibration import platt
from augmint.text.discriminators.text import TextDiscriminator
from augmint.text.training.rows import TextRows

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
        rows: real texts with labels.
        written: a generated text for the label of each.
        classes: how many labels there are.
        steps: of AdamW with a linear decay.
        learning_rate: at its highest.
        seed: keys order, labels and dropout.
    """
    texts, labels = rows.texts["text"], rows_labels(rows)
    optimizer = torch.optim.AdamW(discriminator.parameters(), lr=learning_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / 10) * (1 - step / steps))
    size = min(BATCH, len(texts))
    order = np.concatenate(
        [keyed_generator(seed, "discriminator", epoch).permutation(len(texts)) for epoch in range(-(-steps * size // len(texts)))]
    )
    discriminator.train()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for step in range(steps):
            chosen = order[step * size : (step + 1) * size].tolist()
            own = [labels[row] for row in chosen]
            other = other_labels(own, classes, RowRandom(seed, "discriminator", step, rows=range(size)))
            loss, _, _ = contrast(discriminator, [texts[row] for row in chosen], own, [written[row] for row in chosen], other)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(discriminator.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            schedule.step()
    discriminator.eval()


def calibrate(discriminator: TextDiscriminator, real: TextRows, written: list[str], classes: int, seed: int) -> None:
    """Set scale and bias by held-out real, generated and mislabelled texts."""
    texts, labels = real.texts["text"], rows_labels(real)
    other = other_labels(labels, classes, RowRandom(seed, "calibrate", rows=range(len(labels))))
    said = discriminator.eval().probabilities([*texts, *written, *texts], [*labels, *labels, *other])
    odds = torch.logit(said, eps=1e-6).double().numpy()
    scale, bias = platt(odds, np.arange(len(odds)) < len(texts))
    discriminator.scale.fill_(scale)
    discriminator.bias.fill_(bias)


def rows_labels(rows: TextRows) -> list[int]:
    """Class of every row."""
    assert rows.labels is not None
    return [int(label) for label in rows.labels]
