"""What a classifier is trained on, batch by batch, fixed before training starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import Dataset as TorchDataset

from augmint.core.evaluation.batches import batch_order
from augmint.core.interfaces import MintSettings, Policy, RowRandom, concatenate
from augmint.text.strings import length_key, to_strings
from augmint.text.training.rows import TextRows
from augmint.text.translation.plan import by_length


@dataclass(frozen=True)
class Examples:
    """One batch: n texts, their class probabilities (float32 (n, classes)) and what each counts in the loss (float32 (n,))."""

    texts: list[str]
    targets: Tensor
    weights: Tensor


class ClassificationPlan(TorchDataset[Examples]):
    """Every example of a fine-tuning in the order it is trained on (see `batch_order`), augmented anew at each visit.

    Args:
        rows, extra: real texts with labels, and further ones (minted, pseudo-labelled) or None.
        soft: float32 (len(extra), classes) targets of the extra rows, or None for their labels.
        share: part of each batch taken from `extra`.
        policy: ops, or None.
        augment_extra: whether extra rows go through the policy too.
        mint: weight and schedule of the extra rows, or None for rows like any other.
        classes: number of classes.
        batch_size, steps: texts a step, and optimiser steps.
        seed: the fine-tuning's seed.
    """

    def __init__(
        self,
        rows: TextRows,
        extra: TextRows | None = None,
        soft: Tensor | None = None,
        share: float = 0.0,
        policy: Policy | None = None,
        *,
        augment_extra: bool = True,
        mint: MintSettings | None = None,
        classes: int,
        batch_size: int,
        steps: int,
        seed: int,
    ) -> None:
        self.rows, self.extra, self.soft, self.policy, self.augment_extra = rows, extra, soft, policy, augment_extra
        self.classes, self.batch_size, self.seed = classes, batch_size, seed
        self.weight = mint.weight if mint is not None else 1.0
        order = batch_order(
            len(rows),
            len(extra) if extra is not None else 0,
            share,
            batch_size=batch_size,
            steps=steps,
            seed=seed,
            schedule=mint.schedule if mint is not None else "mixed",
        )
        self.order = by_length(order, _lengths(rows), _lengths(extra), batch_size=batch_size, seed=seed)

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, index: int) -> Examples:
        return self.__getitems__([index])

    def __getitems__(self, indices: Sequence[int]) -> Examples:
        at = np.asarray(indices)
        is_extra = self.order.is_extra[at]
        at = np.concatenate([at[~is_extra], at[is_extra]])
        real, n = int((~is_extra).sum()), len(at)
        parts, targets = [], []
        for part, soft, chosen in ((self.rows, None, slice(0, real)), (self.extra, self.soft, slice(real, n))):
            index = self.order.row[at[chosen]].tolist()
            if not index or part is None:
                continue
            batch = part.batch(index)
            targets.append(soft[index] if soft is not None else F.one_hot(batch["label"], self.classes).float())
            if self.policy is not None and (self.augment_extra or part is self.rows):
                batch = self.policy(batch, RowRandom(self.seed, "finetune", "policy", rows=at[chosen]))
            parts.append(batch)
        batch = concatenate(parts)
        weights = torch.ones(n)
        weights[real:] = self.weight
        return Examples(to_strings(batch["text"], batch[length_key("text")]), torch.cat(targets), weights)


def _lengths(rows: TextRows | None) -> np.ndarray:
    """Characters, int64 (n,)."""
    return np.array([len(text) for text in rows.texts["text"]] if rows is not None else [], dtype=np.int64)
