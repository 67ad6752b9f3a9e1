"""Teaching a scorer before the adversarial steps: real pairs against generated and corrupted ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional as F

from augmint.core.interfaces import RowRandom, keyed_generator
from augmint.text.discriminators.corruption import corrupted
from augmint.text.discriminators.pair import PairScorer

BATCH = 32
REAL_LABEL = 0.9


def train_scorer(
    scorer: PairScorer,
    sources: Sequence[str],
    targets: Sequence[str],
    written: Sequence[str],
    *,
    steps: int,
    learning_rate: float,
    seed: int,
) -> None:
    """Train in place; each step sees 32 real pairs, the sources written for their targets, and a corruption of each.

    Args:
        scorer: trained in place.
        sources, targets: real pairs, at least two.
        written: generated sources for the targets.
        steps: of AdamW with a linear decay.
        learning_rate: of the network; the fresh head's is ten times that.
        seed: keys order, corruption and dropout.
    """
    head = list(scorer.head.parameters())
    body = [parameter for parameter in scorer.network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": learning_rate}, {"params": head, "lr": 10 * learning_rate}], weight_decay=0.01
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / 10) * (1 - step / steps))
    size = min(BATCH, len(sources))
    order = np.concatenate(
        [keyed_generator(seed, "scorer", epoch).permutation(len(sources)) for epoch in range(-(-steps * size // len(sources)))]
    )
    scorer.train()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for step in range(steps):
            rows = order[step * size : (step + 1) * size]
            good = [sources[row] for row in rows], [targets[row] for row in rows]
            bad = corrupted(*good, RowRandom(seed, "scorer", step, rows=range(len(rows))))
            logits = scorer([*good[0], *(written[row] for row in rows), *bad[0]], [*good[1], *good[1], *bad[1]])
            real = torch.arange(len(logits), device=logits.device) < len(rows)
            loss = F.binary_cross_entropy_with_logits(logits, REAL_LABEL * real.float(), weight=torch.where(real, 1.0, 0.5))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(scorer.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            schedule.step()
    scorer.eval()
