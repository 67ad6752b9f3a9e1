"""Intervals of scores and of paired differences."""

import random

import numpy as np
import pytest
import torch

from augmint.core.errors import UserError
from augmint.core.evaluation import ArmScores, mean_interval, paired_difference
from augmint.core.interfaces import Evaluation, FinetuneResult, keyed_generator


def arm(metric, rows=None):
    metric = np.asarray(metric, dtype=float)
    return ArmScores(tuple(range(len(metric))), metric, rows)


def crossed(seed, seeds=5, rows=300, shift=0.0):
    rng = keyed_generator(seed, "crossed")
    values = 80 + shift + rng.normal(size=(seeds, 1)) + 10 * rng.normal(size=(1, rows)) + rng.normal(size=(seeds, rows))
    return ArmScores(tuple(range(seeds)), values.mean(axis=1), values)


def width(interval):
    return interval.high - interval.low


def test_the_same_scores_give_the_same_interval_and_global_generators_are_not_touched():
    before = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()  # noqa: NPY002
    assert mean_interval(crossed(0)) == mean_interval(crossed(0))
    assert torch.equal(before[0], torch.get_rng_state())
    assert (before[1] == np.random.get_state()[1]).all()  # noqa: NPY002
    assert before[2] == random.getstate()


def test_another_key_gives_nearly_the_same_interval():
    one, other = mean_interval(crossed(0), seed=0), mean_interval(crossed(0), seed=1)
    assert one != other
    assert one.low == pytest.approx(other.low, abs=0.1 * width(one))
    assert one.high == pytest.approx(other.high, abs=0.1 * width(one))


def test_the_mean_is_that_of_the_metric_and_lies_inside():
    interval = mean_interval(arm([70.0, 72.0, 74.0]))
    assert interval.mean == 72.0
    assert interval.low < 72.0 < interval.high
    assert interval.to_dict() == {"mean": 72.0, "ci95": [interval.low, interval.high], "covers": "seeds"}


def test_a_difference_of_an_arm_to_itself_is_exactly_zero():
    difference = paired_difference(crossed(3), crossed(3))
    assert (difference.mean, difference.low, difference.high) == (0.0, 0.0, 0.0)


def test_pairing_by_seed_removes_what_seeds_share():
    base = keyed_generator(0, "shared").normal(scale=5, size=5)
    paired = paired_difference(arm(base + 1 + [0, 0.1, -0.1, 0.05, -0.05]), arm(base))
    assert paired.low > 0.5
    assert width(paired) < 0.2 * width(mean_interval(arm(base)))


def test_pairing_by_row_removes_what_rows_share():
    hard = 30 * keyed_generator(0, "hard rows").normal(size=(1, 400))
    rows = [hard + shift + keyed_generator(key, "luck").normal(size=(3, 400)) for key, shift in ((1, 2.0), (2, 0.0))]
    first, second = (ArmScores((0, 1, 2), values.mean(axis=1), values) for values in rows)
    assert paired_difference(first, second).low > 1
    assert width(paired_difference(first, second)) < 0.5 * width(mean_interval(first))


def test_few_rows_widen_the_interval_where_rows_differ():
    many, few = crossed(0, rows=2000), crossed(0, rows=20)
    assert width(mean_interval(few)) > 2 * width(mean_interval(many))


def test_few_seeds_widen_the_interval():
    values = keyed_generator(0, "many seeds").normal(size=40)
    assert width(mean_interval(values[:3])) > width(mean_interval(values[:10])) > width(mean_interval(values))


def test_noise_of_single_cells_is_not_counted_twice():
    values = keyed_generator(0, "cells").normal(size=(5, 50))
    with_rows = mean_interval(ArmScores((0, 1, 2, 3, 4), values.mean(axis=1), values))
    assert width(with_rows) < 1.25 * width(mean_interval(values.mean(axis=1)))


def test_one_seed_gives_an_interval_over_rows_and_without_rows_none():
    rows = keyed_generator(0, "one seed").normal(size=(1, 100))
    assert mean_interval(ArmScores((0,), rows.mean(axis=1), rows)).covers == "rows"
    alone = mean_interval([71.0])
    assert alone.covers == ""
    assert alone.to_dict() == {"mean": 71.0, "ci95": None, "covers": ""}


def test_arms_with_different_seeds_cannot_be_paired():
    with pytest.raises(UserError, match="cannot be paired"):
        paired_difference(ArmScores((0, 1), np.zeros(2)), ArmScores((0, 2), np.zeros(2)))


def result(score, rows):
    return FinetuneResult.of({"test": Evaluation(score, None, rows)}, 1.0)


@pytest.mark.parametrize(("scores", "rows"), [
    ([50.0, 75.0], [[1.0, 0.0, 1.0, 0.0], [1.0, 1.0, 1.0, 0.0]]),      # correctness, metric in percent
    ([50.0, 75.0], [[100.0, 0.0, 100.0, 0.0], [100.0] * 3 + [0.0]]),   # both in percent
    ([0.5, 0.75], [[1.0, 0.0, 1.0, 0.0], [1.0, 1.0, 1.0, 0.0]]),       # both as parts
])
def test_rows_are_used_where_the_metric_is_their_mean(scores, rows):
    read = ArmScores.from_results({7: result(scores[0], rows[0]), 3: result(scores[1], rows[1])}, "test")
    assert read.seeds == (3, 7)
    assert read.rows is not None
    assert np.allclose(read.rows.mean(axis=1), read.metric)


def test_rows_are_left_out_where_the_metric_is_not_their_mean():
    read = ArmScores.from_results({s: result(41.0 + s, [0.2, 0.9, 0.4]) for s in range(3)}, "test")
    assert read.rows is None
    assert mean_interval(read).covers == "seeds"


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_a_score_that_is_not_finite_names_the_arm_and_the_seed(score):
    with pytest.raises(UserError, match=r"policy, seed 4: .*learning_rate"):
        ArmScores.from_results({4: result(score, None)}, "test", "policy")


def test_a_split_that_was_not_scored_is_an_error():
    with pytest.raises(UserError, match="validation score is None"):
        ArmScores.from_results({0: result(1.0, None)}, "validation", "policy")
