"""Which rows make up each training batch: fixed before training starts, by seed alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch.utils.data import Dataset as TorchDataset

from augmint.core.evaluation.batches import batch_order
from augmint.core.interfaces import Batch, MintSettings, Policy, RowRandom, concatenate, select
from augmint.vision.rows import ImageRows


class TrainingPlan(TorchDataset[Batch]):
    """Every example of a fine-tuning in the order it is trained on, augmented anew at each visit.

    Position p is example p % batch_size of step p // batch_size (see `batch_order`).
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
        mint: schedule and weight of the extra rows, or None for rows like any other.
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
        mint: MintSettings | None = None,
    ) -> None:
        self.rows, self.extra, self.soft, self.policy = rows, extra, soft, policy
        self.augment_extra, self.classes, self.batch_size, self.seed = augment_extra, classes, batch_size, seed
        self.order = batch_order(
            len(rows),
            len(extra) if extra is not None else 0,
            share,
            batch_size=batch_size,
            steps=steps,
            seed=seed,
            schedule=mint.schedule if mint is not None else "mixed",
        )
        self.weight = mint.weight if mint is not None else 1.0

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, index: int) -> Batch:
        return self.__getitems__([index])

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        at = np.asarray(indices)
        extra = self.order.is_extra[at]
        order = np.concatenate([np.flatnonzero(~extra), np.flatnonzero(extra)])
        at, cut = at[order], int((~extra).sum())
        real = self._with_targets(self.rows.__getitems__(self.order.row[at[:cut]].tolist()), None)
        batch = real
        if cut < len(at) and self.extra is not None:
            chosen = self.order.row[at[cut:]].tolist()
            more = self._with_targets(self.extra.__getitems__(chosen), None if self.soft is None else self.soft[chosen])
            # Cross-entropy is linear in its targets: scaled targets are a scaled loss.
            more["soft_label"] = more["soft_label"] * self.weight
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
