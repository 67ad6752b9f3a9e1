"""Which rows make up each training batch: fixed before training starts, by seed alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch.utils.data import Dataset as TorchDataset

from augmint.core.interfaces import Batch, Policy, RowRandom, concatenate, keyed_generator, select
from augmint.vision.rows import ImageRows


def epochs(rows: int, count: int, seed: int, *key: str) -> np.ndarray:
    """int64 (count,): row positions, every epoch a fresh shuffle of all rows."""
    if count == 0:
        return np.zeros(0, np.int64)
    needed = -(-count // rows)
    return np.concatenate([keyed_generator(seed, *key, epoch).permutation(rows) for epoch in range(needed)])[:count]


class TrainingPlan(TorchDataset[Batch]):
    """Every example of a fine-tuning in the order it is trained on, augmented anew at each visit.

    Position p is example p % batch_size of step p // batch_size. Each batch takes exactly `round(share * batch_size)` rows of
    `extra` (with the fraction carried over from step to step), so arms with the same steps see the same number of examples.
    An augmentation is keyed by (seed, position): the same row is drawn differently at every visit, and the same in every run.

    Args:
        rows, extra: encoded real rows, and further ones (minted, pseudo-labelled) or None.
        soft: float32 (len(extra), classes) targets of the extra rows, or None for their labels.
        share: part of each batch taken from `extra`.
        policy: ops and mixing, or None.
        augment_extra: whether extra rows go through the policy's ops too (mixing is over the whole batch).
        classes: number of classes.
        batch_size, steps: examples a step, and optimiser steps.
        seed: the fine-tuning's seed.
    """

    def __init__(
        self,
        rows: ImageRows,
        extra: ImageRows | None,
        soft: torch.Tensor | None,
        share: float,
        policy: Policy | None,
        *,
        augment_extra: bool,
        classes: int,
        batch_size: int,
        steps: int,
        seed: int,
    ) -> None:
        self.rows, self.extra, self.soft, self.policy = rows, extra, soft, policy
        self.augment_extra, self.classes, self.batch_size, self.seed = augment_extra, classes, batch_size, seed
        total = steps * batch_size
        share = share if extra is not None and len(extra) else 0.0
        due = np.floor(np.arange(1, steps + 1) * share * batch_size + 1e-9).astype(np.int64)
        per_step = np.diff(due, prepend=0)
        # The first places of a batch are the extra rows; order within a batch does not matter.
        self.is_extra = (np.arange(batch_size)[None] < per_step[:, None]).reshape(total)
        self.position = np.zeros(total, np.int64)
        taken = int(self.is_extra.sum())
        self.position[~self.is_extra] = epochs(len(rows), total - taken, seed, "finetune", "rows")
        if taken and extra is not None:
            self.position[self.is_extra] = epochs(len(extra), taken, seed, "finetune", "extra")

    def __len__(self) -> int:
        return len(self.position)

    def __getitem__(self, index: int) -> Batch:
        return self.__getitems__([index])

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        at = np.asarray(indices)
        extra = self.is_extra[at]
        order = np.concatenate([np.flatnonzero(~extra), np.flatnonzero(extra)])
        at, cut = at[order], int((~extra).sum())
        real = self._with_targets(self.rows.__getitems__(self.position[at[:cut]].tolist()), None)
        batch = real
        if cut < len(at) and self.extra is not None:
            chosen = self.position[at[cut:]].tolist()
            more = self._with_targets(self.extra.__getitems__(chosen), None if self.soft is None else self.soft[chosen])
            batch = concatenate([real, more])
        if self.policy is None:
            return batch
        rng = RowRandom(self.seed, "finetune", "policy", rows=at)
        if cut < len(at) and not self.augment_extra:
            plain = select(batch, slice(cut, None))
            batch = concatenate(
                [self.policy.augment(select(batch, slice(0, cut)), rng.child("augment").take(np.arange(cut))), plain]
            )
            return self.policy.mix(batch, rng.child("mix"))
        return self.policy(batch, rng)

    def _with_targets(self, batch: Batch, soft: torch.Tensor | None) -> Batch:
        one_hot = torch.nn.functional.one_hot(batch["label"], self.classes).float()
        return {**batch, "soft_label": one_hot if soft is None else soft}
