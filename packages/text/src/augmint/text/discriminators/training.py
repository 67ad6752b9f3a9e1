"""Teaching a scorer before the adversarial steps: real pairs against generated and corrupted ones."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from augmint.core.interfaces import RowRandom
from augmint.text.discriminators.corruption import corrupted
from augmint.text.discriminators.pair import PairScorer
from augmint.text.training.teaching import teach

BATCH = 32


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
        steps: of AdamW.
        learning_rate: of the network; the fresh head's is ten times that.
        seed: keys order, corruption and dropout.
    """

    def logits_of(rows: list[int], step: int) -> Tensor:
        good = [sources[row] for row in rows], [targets[row] for row in rows]
        bad = corrupted(*good, RowRandom(seed, "scorer", step, rows=range(len(rows))))
        logits: Tensor = scorer([*good[0], *(written[row] for row in rows), *bad[0]], [*good[1], *good[1], *bad[1]])
        return logits

    body = [parameter for parameter in scorer.network.parameters() if parameter.requires_grad]
    groups = [{"params": body, "lr": learning_rate}, {"params": list(scorer.head.parameters()), "lr": 10 * learning_rate}]
    teach(scorer, groups, logits_of, rows=len(sources), batch_size=BATCH, steps=steps, seed=seed)
