"""Properties of plans: quotas add up, and ids name candidates once."""

from __future__ import annotations

import numpy as np
import pytest

from augmint.core.errors import UserError
from augmint.core.interfaces import MintSettings
from augmint.core.minting import MintArguments, MintPlan, build_quotas
from augmint.core.minting.plan import NO_CLASS


def test_ratio_and_total_add_up_and_follow_the_classes() -> None:
    labels = [0] * 50 + [1] * 30 + [2] * 20
    assert build_quotas(MintArguments(ratio=0.5), labels, 100, 3) == {0: 25, 1: 15, 2: 10}
    for total in (0, 1, 7, 99, 1000):
        assert sum(build_quotas(MintArguments(total=total), labels, 100, 3).values()) == total


def test_per_class_brings_every_class_up() -> None:
    assert build_quotas(MintArguments(per_class=30), [0] * 50 + [1] * 30 + [2] * 20, 100, 4) == {0: 0, 1: 0, 2: 10, 3: 30}


def test_balance_moves_rows_to_weak_classes_and_never_to_absent_ones() -> None:
    labels, weakness = [0] * 50 + [1] * 50, [0.1, 0.3, 0.9]
    even = build_quotas(MintArguments(total=100), labels, 100, 3, weakness=weakness)
    weak = build_quotas(MintArguments(total=100), labels, 100, 3, balance=1.0, weakness=weakness)
    half = build_quotas(MintArguments(total=100), labels, 100, 3, balance=0.5, weakness=weakness)
    assert (even[1], half[1], weak[1]) == (50, 62, 75)
    assert even[2] == half[2] == weak[2] == 0


def test_without_classes_there_is_one_quota() -> None:
    assert build_quotas(MintArguments(ratio=0.5), None, 9) == {NO_CLASS: 4}
    with pytest.raises(UserError, match="needs classes"):
        build_quotas(MintArguments(per_class=3), None, 9)


def test_shards_cover_what_is_wanted_with_every_id_once() -> None:
    plan = MintPlan(0, {0: 10, 1: 25}, MintSettings(keep_quantile=1.0), MintArguments(shard_size=8, candidates_factor=1))
    shards = plan.shards(plan.first_wanted(), 3)
    ids = np.concatenate([plan.ids(shard) for shard in shards])
    assert len(set(ids.tolist())) == len(ids) == 35
    assert ids.min() == 24
    assert sorted(label for shard in shards for label in shard.labels) == [0] * 10 + [1] * 25


def test_later_rounds_ask_for_what_is_missing_within_the_budget() -> None:
    plan = MintPlan(0, {0: 10, 1: 10, 2: 10}, MintSettings(), MintArguments(max_candidates=5))
    more = plan.next_wanted({0: 15, 1: 15, 2: 50}, {0: 12, 1: 5, 2: 0})
    assert set(more) == {1}
    assert more[1] >= 15


def test_the_fingerprint_follows_everything_that_decides_the_rows() -> None:
    plans = [MintPlan(seed, {0: quota}, MintSettings(truncation=truncation), MintArguments(), identity=identity)
             for seed in (0, 1) for quota in (5, 6) for truncation in (0.9, 1.0) for identity in ("a", "b")]
    assert len({plan.fingerprint for plan in plans}) == 16


@pytest.mark.parametrize("values", [
    {"ratio": 1, "total": 3}, {"ratio": -1}, {"ratio": float("nan")}, {"per_class": 0}, {"total": 1.5}, {"block_size": 0},
    {"near_duplicate": 1.0}, {"rato": 1},
])
def test_wrong_arguments_are_named(values: dict) -> None:
    with pytest.raises(UserError) as caught:
        MintArguments.from_dict(values)
    assert caught.value.where.startswith("mint")


def test_no_more_is_made_where_hardly_any_passes():
    plan = MintPlan(0, {0: 100}, MintSettings(keep_quantile=1.0), MintArguments(max_candidates=20, candidates_factor=1))
    made, rounds = {0: plan.first_wanted()[0]}, 1
    while more := plan.next_wanted(made, {0: 0}):
        assert more[0] <= 4 * made[0], "few candidates tell little"
        made, rounds = {0: made[0] + more[0]}, rounds + 1
    assert rounds == 2
    assert made[0] <= 500, "not all 2,000 that are allowed"
    assert plan.next_wanted({0: 500}, {0: 5}), "a few more are within reach"
