"""Teaching a discriminator before the adversarial steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from augmint.core.interfaces import keyed_generator
from augmint.core.progress import note_advance
from augmint.text.training.adversarial import contrast


def teach(
    module: nn.Module,
    parameters: Any,
    logits_of: Callable[[list[int], int], Tensor],
    *,
    rows: int,
    batch_size: int,
    steps: int,
    seed: int,
) -> None:
    """Train in place to tell real rows from bad ones, and leave it in evaluation mode.

    Args:
        module: trained in place.
        parameters: groups for AdamW, with learning rates at their highest: they rise for ten steps and then fall to 0.
        logits_of: the chosen real rows and the step -> logits of these rows and then of bad ones.
        rows: how many real rows there are; they come in a shuffle an epoch.
        batch_size: real rows a step.
        steps: of the optimiser.
        seed: keys order and dropout.
    """
    optimizer = torch.optim.AdamW(parameters, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / 10) * (1 - step / steps))
    size = min(batch_size, rows)
    epochs = range(-(-steps * size // rows))
    order = np.concatenate([keyed_generator(seed, "discriminator", epoch).permutation(rows) for epoch in epochs])
    module.train()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for step in range(steps):
            loss, _ = contrast(logits_of(order[step * size : (step + 1) * size].tolist(), step), size)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            schedule.step()
            note_advance((step + 1) / steps)
    module.eval()
