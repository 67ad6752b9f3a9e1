"""What a translation model is trained on, batch by batch, fixed before training starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch.utils.data import Dataset as TorchDataset

from augmint.core.evaluation.batches import BatchOrder, batch_order
from augmint.core.interfaces import MintSettings, Policy, RowRandom, concatenate, keyed_generator
from augmint.text.models.tokenizer import TAG
from augmint.text.strings import length_key, to_strings
from augmint.text.training.rows import TextRows

WINDOW = 16
"""Steps within which examples may change places."""


@dataclass(frozen=True)
class Pairs:
    """One batch: sources and targets as strings, and the weight of each pair in the loss."""

    sources: list[str]
    targets: list[str]
    weights: list[float]


class TranslationPlan(TorchDataset[Pairs]):
    """Every example of a fine-tuning in the order it is trained on (see `batch_order`), augmented anew at each visit.

    Args:
        rows, extra: real pairs, and further ones (minted, copied) or None.
        share: part of each batch taken from `extra`.
        policy: ops and concatenation, or None.
        augment_extra: whether extra pairs go through the policy too.
        mint: weight, schedule and tag of the extra pairs, or None for pairs like any other.
        batch_size, steps: pairs a step, and optimiser steps.
        seed: the fine-tuning's seed.
        sides: what is read and what is written; ("target", "source") trains a model of the other direction.
    """

    def __init__(
        self,
        rows: TextRows,
        extra: TextRows | None = None,
        share: float = 0.0,
        policy: Policy | None = None,
        *,
        augment_extra: bool = True,
        mint: MintSettings | None = None,
        batch_size: int,
        steps: int,
        seed: int,
        sides: tuple[str, str] = ("source", "target"),
    ) -> None:
        self.rows, self.extra, self.policy, self.augment_extra, self.mint = rows, extra, policy, augment_extra, mint
        self.batch_size, self.seed, self.sides = batch_size, seed, sides
        order = batch_order(
            len(rows),
            len(extra) if extra is not None else 0,
            share,
            batch_size=batch_size,
            steps=steps,
            seed=seed,
            schedule=mint.schedule if mint is not None else "mixed",
        )
        lengths = [_lengths(part, sides) for part in (rows, extra)]
        self.order = by_length(order, lengths[0], lengths[1], batch_size=batch_size, seed=seed)

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, index: int) -> Pairs:
        return self.__getitems__([index])

    def __getitems__(self, indices: Sequence[int]) -> Pairs:
        at = np.asarray(indices)
        is_extra = self.order.is_extra[at]
        at = np.concatenate([at[~is_extra], at[is_extra]])
        real = int((~is_extra).sum())
        parts = []
        if real:
            parts.append(self.rows.batch(self.order.row[at[:real]].tolist()))
        if real < len(at) and self.extra is not None:
            parts.append(self.extra.batch(self.order.row[at[real:]].tolist()))
        if self.policy is not None:
            rng = RowRandom(self.seed, "finetune", "policy", rows=at)
            changed = [rng.take(np.arange(real)), rng.take(np.arange(real, len(at)))] if real < len(at) and real else [rng]
            for place, streams in enumerate(changed):
                if self.augment_extra or (place == 0 and real):
                    parts[place] = self.policy(parts[place], streams)
        batch = concatenate(parts)
        texts = [to_strings(batch[side], batch[length_key(side)]) for side in self.sides]
        generated = np.arange(len(at)) >= real
        if self.mint is not None and self.mint.tagged:
            texts[0] = [f"{TAG} {text}" if mark else text for text, mark in zip(texts[0], generated, strict=True)]
        weight = self.mint.weight if self.mint is not None else 1.0
        return Pairs(texts[0], texts[1], np.where(generated, weight, 1.0).tolist())


def _lengths(rows: TextRows | None, sides: tuple[str, str]) -> np.ndarray:
    """Characters of both sides, int64 (n,)."""
    if rows is None:
        return np.zeros(0, np.int64)
    return np.array([len(read) + len(written) for read, written in zip(*(rows.texts[side] for side in sides), strict=True)])


def by_length(order: BatchOrder, real: np.ndarray, extra: np.ndarray, *, batch_size: int, seed: int) -> BatchOrder:
    """The same examples in the same window of `WINDOW` steps, but those of alike lengths together: half of a batch would else be
    padding. How many extra rows each batch has stays as it was, and which batch of a window is the short one is drawn anew.

    Args:
        order: to be rearranged.
        real, extra: length of every real and every extra row.
        batch_size: examples a step.
        seed: keys the draw.
    """
    row = order.row.copy()
    size = WINDOW * batch_size
    for window, start in enumerate(range(0, len(row), size)):
        at = np.arange(start, min(start + size, len(row)))
        rank = keyed_generator(seed, "finetune", "windows", window).permutation(WINDOW)[(at - start) // batch_size]
        for is_extra, lengths in ((False, real), (True, extra)):
            mine = order.is_extra[at] == is_extra
            slots = at[mine][np.argsort(rank[mine], kind="stable")]
            rows = order.row[at[mine]]
            if len(rows):
                row[slots] = rows[np.argsort(lengths[rows], kind="stable")]
    return BatchOrder(order.is_extra, row)
