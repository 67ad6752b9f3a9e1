"""Copies of training rows are found, fresh rows are let through."""

import numpy as np
import pytest
import torch

from augmint.core.errors import UserError
from augmint.core.evaluation import copying_test, duplicated, memorisation_check, memorised
from augmint.core.interfaces import keyed_generator


def rows(n, *key, d=8):
    """A dense cluster beside a sparse one: no single distance separates copies from fresh rows in both."""
    rng = keyed_generator(0, *key)
    scale = np.where(rng.random((n, 1)) < 0.5, 0.1, 10.0)
    return scale * rng.normal(size=(n, d)) + 100 * (scale > 1)


REAL = rows(300, "real")


def test_near_copies_are_found_in_dense_and_in_sparse_places():
    rng = keyed_generator(0, "jitter")
    spacing = memorisation_check(REAL, REAL).real_distances
    near = REAL + 0.02 * np.median(spacing[spacing < 1]) * rng.normal(size=REAL.shape) * np.where(REAL.mean(1) > 50, 50, 1)[:, None]
    assert memorised(near, REAL).mean() > 0.95


def test_fresh_rows_are_flagged_about_as_often_as_the_quantile_says():
    shares = [memorised(rows(300, "fresh", i), rows(300, "other real", i), quantile=0.05).mean() for i in range(10)]
    assert 0.03 < np.mean(shares) < 0.08


def test_one_distance_for_all_would_flag_the_dense_cluster():
    """What the ratio is for: fresh rows of the dense cluster lie closer than most real rows of the sparse one."""
    fresh = rows(300, "fresh")
    check = memorisation_check(fresh, REAL, quantile=0.05)
    assert (check.distances < np.quantile(check.real_distances, 0.5)).mean() > 0.3
    assert check.mask.mean() < 0.1


def test_exact_copies_are_always_flagged_and_counted():
    check = memorisation_check(np.concatenate([REAL[:7], rows(20, "fresh")]), REAL, quantile=0.0)
    assert check.duplicates == 7
    assert check.mask[:7].all()
    assert (check.nearest[:7] == np.arange(7)).all()


def test_copies_among_the_real_rows_change_nothing():
    fresh = rows(100, "fresh")
    once, twice = memorisation_check(fresh, REAL), memorisation_check(fresh, np.concatenate([REAL, REAL[:150]]))
    assert (once.mask == twice.mask).all()
    assert once.threshold == twice.threshold


def test_every_row_is_judged_by_itself():
    fresh = np.concatenate([rows(20, "fresh"), REAL[:5] + 1e-6])
    whole = memorised(fresh, REAL)
    assert all(memorised(fresh[i:i + 1], REAL)[0] == whole[i] for i in range(len(fresh)))


def test_a_fixed_ratio_is_taken_as_it_is():
    check = memorisation_check(torch.from_numpy(rows(50, "fresh")), torch.from_numpy(REAL), ratio=0.3)
    assert check.threshold == 0.3
    assert (check.mask == (check.relative < 0.3)).all()


def test_the_summary_says_what_chance_gives():
    summary = memorisation_check(rows(200, "fresh"), REAL, quantile=0.05).summary()
    assert summary["expected_share"] == pytest.approx(0.05, abs=0.01)
    assert summary["checked"] == 200
    assert summary["median_relative"] == pytest.approx(summary["real_median_relative"], rel=0.2)


@pytest.mark.parametrize(("real", "quantile", "message"), [
    (REAL, 1.0, "part in"), (REAL[:, :3], 0.01, "dimensions"), (np.full((50, 8), np.inf), 0.01, "not finite"),
])
def test_what_cannot_be_measured_is_refused(real, quantile, message):
    with pytest.raises(UserError, match=message):
        memorisation_check(rows(5, "fresh"), real, quantile=quantile)


@pytest.mark.parametrize("real", [REAL[:1], REAL[:2], np.repeat(REAL[:1], 50, axis=0)])
def test_where_nothing_can_be_calibrated_exact_copies_alone_are_flagged(real):
    check = memorisation_check(np.concatenate([REAL[:1], REAL[:1] + 1e-6]), real)
    assert check.mask.tolist() == [True, False]
    assert all(np.isfinite(value) for value in check.summary().values())


def test_exact_duplicates_are_told_by_value_among_rows_and_against_real_ones():
    images = torch.randint(0, 256, (6, 1, 4, 4), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    again = torch.cat([images[:3], images[1:2], images[5:]])
    assert duplicated(again).tolist() == [False, False, False, True, False]
    assert duplicated(again, images[4:]).tolist() == [False, False, False, True, True]


def test_the_copying_test_tells_copies_from_fresh_rows_and_from_poor_ones():
    fresh, held_out = rows(200, "fresh"), rows(200, "held out")
    assert copying_test(REAL + 1e-3, REAL, held_out).p_value < 1e-6
    assert abs(copying_test(fresh, REAL, held_out).statistic) < 3
    assert copying_test(fresh + 5, REAL, held_out).statistic > 3


def test_the_copying_test_is_standard_normal_for_a_perfect_generator():
    draws = [[keyed_generator(i, name).normal(size=(150, 3)) for name in ("fake", "train", "held out")] for i in range(150)]
    values = [copying_test(*draw).statistic for draw in draws]
    assert abs(np.mean(values)) < 0.3
    assert 0.8 < np.std(values) < 1.2
