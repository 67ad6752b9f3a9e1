"""What a model is trained on, batch by batch, fixed before training starts: for rows of different lengths."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from torch.utils.data import Dataset as TorchDataset

from augmint.core.evaluation.batches import batch_order, by_length
from augmint.core.interfaces import Batch, MintSettings, Policy, RowRandom, concatenate
from augmint.core.interfaces.strings import length_key, to_strings

Examples = TypeVar("Examples")


class Rows(Protocol):
    """Rows that a plan draws from."""

    @property
    def lengths(self) -> np.ndarray:
        """How long every row is, in whatever unit, int64 (n,): rows of alike lengths share batches."""

    def __len__(self) -> int: ...

    def batch(self, rows: Sequence[int]) -> Batch:
        """Some rows, encoded, as wide as the longest of these."""


@dataclass(frozen=True)
class Drawn:
    """The rows of one batch, after the policy.

    Attributes:
        batch: real rows, then extra ones.
        extra: the extra rows' places in their data set.
        weights: what each row counts in the loss.
    """

    batch: Batch
    extra: list[int]
    weights: list[float]

    def texts(self, role: str) -> list[str]:
        """Of one role."""
        return to_strings(self.batch[role], self.batch[length_key(role)])

    @property
    def generated(self) -> list[bool]:
        """Which rows are extra ones."""
        return [row >= len(self.weights) - len(self.extra) for row in range(len(self.weights))]


class RowPlan(TorchDataset[Examples]):
    """Every example of a training in the order it is trained on (see `batch_order`), augmented anew at each visit.

    Subclasses say in `examples` what their trainer takes.

    Args:
        rows, extra: real rows, and further ones (minted, copied, pseudo-labelled) or None.
        share: part of each batch taken from `extra`.
        policy: ops and mixing, or None.
        augment_extra: whether extra rows go through the policy too.
        mint: weight, schedule and tag of the extra rows, or None for rows like any other.
        batch_size, steps: rows a step, and optimiser steps.
        seed: the training's seed.
    """

    def __init__(
        self,
        rows: Rows,
        extra: Rows | None = None,
        share: float = 0.0,
        policy: Policy | None = None,
        *,
        augment_extra: bool = True,
        mint: MintSettings | None = None,
        batch_size: int,
        steps: int,
        seed: int,
    ) -> None:
        self.rows, self.extra, self.policy, self.augment_extra = rows, extra, policy, augment_extra
        self.batch_size, self.seed = batch_size, seed
        self.mint = mint if mint is not None else MintSettings()
        order = batch_order(
            len(rows),
            len(extra) if extra is not None else 0,
            share,
            batch_size=batch_size,
            steps=steps,
            seed=seed,
            schedule=self.mint.schedule,
        )
        further = extra.lengths if extra is not None else np.zeros(0, np.int64)
        self.order = by_length(order, rows.lengths, further, batch_size=batch_size, seed=seed)

    @abstractmethod
    def examples(self, drawn: Drawn) -> Examples:
        """One batch as the trainer takes it."""

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, index: int) -> Examples:
        return self.__getitems__([index])

    def __getitems__(self, indices: Sequence[int]) -> Examples:
        at = np.asarray(indices)
        is_extra = self.order.is_extra[at]
        parts = []
        for rows, chosen in ((self.rows, at[~is_extra]), (self.extra, at[is_extra])):
            if rows is None or not len(chosen):
                continue
            batch = rows.batch(self.order.row[chosen].tolist())
            if self.policy is not None and (self.augment_extra or rows is self.rows):
                batch = self.policy(batch, RowRandom(self.seed, "finetune", "policy", rows=chosen))
            parts.append(batch)
        extra = self.order.row[at[is_extra]].tolist()
        weights = [1.0] * (len(at) - len(extra)) + [self.mint.weight] * len(extra)
        return self.examples(Drawn(concatenate(parts), extra, weights))
