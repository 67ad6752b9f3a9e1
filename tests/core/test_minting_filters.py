"""Properties of filters: planted bad rows are found, good rows pass, and order does not matter."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Dataset

from augmint.core.evaluation import memorisation_check
from augmint.core.interfaces import Batch, MintSettings, RowRandom, keyed_generator
from augmint.core.minting import (
    MintArguments,
    MintParts,
    build_reference,
    memorisation_threshold,
    mint_shard,
    nearest_distances,
    plan_mint,
    real_spacing,
    relative_distances,
)
from augmint.core.minting import filters as kinds
from augmint.core.minting.selection import MINTED, figures_of, select_candidates

sys.path.insert(0, str(Path(__file__).parent))
from tabular_task import WIDTH, NumbersCodec, NumbersDiscriminator, NumbersGenerator, NumbersJudge, NumbersPolicy, numbers_rows


def codec_of(rows: Dataset) -> NumbersCodec:
    return NumbersCodec({"numbers": "numbers", "label": "label"}, rows.features["label"].names)


class Planted(NumbersGenerator):
    """As its parent, but some rows are spoilt: chosen by their stream, so that the same ones are whatever the batch."""

    def __init__(self, spoil: str, real: torch.Tensor) -> None:
        super().__init__()
        self.spoil, self.real = spoil, real

    def sample(self, n: int, condition: Batch | None = None, *, rng: RowRandom, truncation: float = 1.0) -> Batch:
        batch = super().sample(n, condition, rng=rng, truncation=truncation)
        bad = torch.from_numpy(rng.rows % 4 == 0)
        assert condition is not None
        label = condition["label"]
        real = self.real[label * 20 + torch.from_numpy(rng.rows % 20)]
        spoilt = {
            "nan": torch.full((n, WIDTH), torch.nan), "copy": real, "near": real + 0.001,
            "label": self.centres[(label + 1) % 3].expand(n, WIDTH), "same": torch.full((n, WIDTH), 1.0) + self.centres[label],
            "similar": self.centres[label] + 0.7 + 0.001 * rng.normal(WIDTH),
            "far": self.centres[label] * 3 + 5 * rng.normal(WIDTH).sign() + 0.5 * rng.normal(WIDTH),
        }[self.spoil]
        return {**batch, "numbers": torch.where(bad[:, None], spoilt, batch["numbers"])}


def made(spoil: str, **settings: float) -> tuple:
    rows = numbers_rows(20)
    codec = codec_of(rows)
    real = codec.encode(rows)["numbers"]
    parts = MintParts(codec, rows, Planted(spoil, real), NumbersPolicy(mint=MintSettings(**settings)), NumbersDiscriminator(),
                      NumbersJudge())
    plan = plan_mint(MintArguments(total=120, shard_size=64, block_size=16), parts, seed=0)
    reference = parts.reference(plan.arguments)
    tables = [mint_shard(plan, shard, parts, reference) for shard in plan.shards(plan.first_wanted(), 0)]
    return plan, reference, tables


FOUND = {"nan": {kinds.NOT_FINITE}, "copy": {kinds.COPY}, "near": {kinds.MEMORISED, kinds.DUPLICATE}, "label": {kinds.WRONG_LABEL},
         "same": {kinds.DUPLICATE}, "similar": {kinds.NEAR_DUPLICATE}, "far": {kinds.LOW_SCORE, kinds.WRONG_LABEL}}


@pytest.mark.parametrize("spoil", list(FOUND))
def test_planted_rows_are_rejected_for_the_right_reason(spoil: str) -> None:
    plan, reference, tables = made(spoil, keep_quantile=0.66 if spoil == "far" else 1.0)
    candidates = figures_of(tables)
    selection = select_candidates(candidates, plan, reference)
    seeds = np.array([plan.row_seed(int(i)) for i in candidates.id])
    bad = seeds % 4 == 0
    assert 20 < bad.sum() < len(bad) / 2
    caught = np.isin(selection.fate, list(FOUND[spoil]))
    # Of rows that are all alike, the first of every class is no duplicate.
    allowed = 3 if spoil in ("same", "similar") else 0
    assert (bad & ~caught).sum() <= allowed
    good = selection.fate[~bad]
    assert np.isin(good, ["minted", "surplus"]).mean() > (0.75 if spoil == "far" else 0.9)


def test_selection_does_not_depend_on_the_order_of_shards() -> None:
    plan, reference, tables = made("far", keep_quantile=0.6)
    forward = select_candidates(figures_of(tables), plan, reference)
    backward = select_candidates(figures_of(tables[::-1]), plan, reference)
    assert forward.fate.tolist() == backward.fate.tolist()
    assert forward.chosen.tolist() == backward.chosen.tolist()


def test_the_quantile_is_kept_per_class_with_ties_broken_by_id() -> None:
    plan, reference, tables = made("same", keep_quantile=0.5)
    candidates = replace(figures_of(tables), score=np.zeros(sum(map(len, tables)), dtype=np.float32))
    alive = np.ones(len(candidates), dtype=bool)
    kept = ~kinds.low_score(candidates, alive, plan, reference)
    for label in range(3):
        mine = kept[candidates.label == label]
        assert mine.sum() == -(-len(mine) // 2)
        assert mine[: mine.sum()].all()


def test_without_judge_and_discriminator_only_copies_are_rejected() -> None:
    rows = numbers_rows(20)
    parts = MintParts(codec_of(rows), rows, NumbersGenerator())
    plan = plan_mint(MintArguments(total=30), parts, seed=0)
    reference = build_reference(parts.codec, rows, None, quantile=0.01)
    selection = select_candidates(figures_of([mint_shard(plan, shard, parts, reference)
                                              for shard in plan.shards(plan.first_wanted(), 0)]), plan, reference)
    assert not selection.rejected
    assert (selection.fate == MINTED).sum() == 30


def test_the_memorisation_check_rejects_fresh_real_rows_at_its_quantile() -> None:
    real = codec_of(numbers_rows(1)).encode(numbers_rows(400))["numbers"]
    fresh = codec_of(numbers_rows(1)).encode(numbers_rows(400, seed=9))["numbers"]
    threshold = memorisation_threshold(real_spacing(real)[1], 0.05)
    rejected = float((relative_distances(fresh, real)[0] < threshold).float().mean())
    assert 0.02 < rejected < 0.09


def test_what_the_filter_rejects_is_what_the_report_calls_memorised() -> None:
    rng = keyed_generator(0, "one measure")
    scale = np.where(np.arange(300) % 2, 0.1, 10.0)[:, None]  # dense and sparse places: one distance for all would not do
    real = torch.from_numpy(scale * rng.normal(size=(300, 6)) + 50 * (scale > 1)).float()
    made = torch.cat([real[:20] + 1e-4, torch.from_numpy(scale * rng.normal(size=(300, 6)) + 50 * (scale > 1)).float()])
    check = memorisation_check(made, real, quantile=0.05)
    threshold = memorisation_threshold(real_spacing(real)[1], 0.05)
    relative, nearest = relative_distances(made, real)
    assert threshold == pytest.approx(check.threshold, rel=1e-4)
    assert nearest.tolist() == check.nearest.tolist()
    assert ((relative < threshold).numpy() == check.mask).mean() > 0.99
    assert (relative < threshold)[:20].all()


def test_nearest_rows_are_exact_and_leave_the_row_itself_out() -> None:
    real = torch.tensor([[0.0, 0], [3, 4], [3, 5]])
    distance, index = nearest_distances(real, real, leave_out=torch.arange(3)[:, None])
    assert distance.tolist() == [5.0, 1.0, 1.0]
    assert index.tolist() == [1, 2, 1]
    assert nearest_distances(real, real[:0])[0].isinf().all()
