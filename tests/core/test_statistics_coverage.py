"""Intervals cover what they state, by simulation: the figures in `paired_difference`'s docstring come from `coverage` here."""

import numpy as np
import pytest
from scipy import stats

from augmint.core.evaluation import ONE_SE, ArmScores, paired_difference, statistics
from augmint.core.interfaces import keyed_generator


def correct(rng: np.random.Generator, ability: np.ndarray, ease: np.ndarray) -> ArmScores:
    """Scores in percent of an arm: a row is right where ability + ease + luck > 0. ability (seeds, 1), ease (1, rows)."""
    rows = 100.0 * (ability + ease + rng.normal(size=(len(ability), ease.shape[1])) > 0)
    return ArmScores(tuple(range(len(ability))), rows.mean(axis=1), rows)


def coverage(seeds: int, rows: int, *, spread: float, own_ease: float, level: float = 0.95, repeats: int = 300) -> float:
    """How often the interval of two equally good arms holds 0. `spread` is of seeds, `own_ease` of rows easy for one arm only."""
    hits = 0
    for repeat in range(repeats):
        rng = keyed_generator(repeat, "coverage", seeds, rows)
        ease = rng.normal(size=(1, rows))
        arms = [correct(rng, 1 + spread * rng.normal(size=(seeds, 1)), ease + own_ease * rng.normal(size=(1, rows))) for _ in "ab"]
        interval = paired_difference(arms[0], arms[1], level=level, seed=repeat)
        hits += interval.low <= 0 <= interval.high
    return hits / repeats


@pytest.fixture(autouse=True)
def _fewer_resamples(monkeypatch):
    monkeypatch.setattr(statistics, "RESAMPLES", 1000)


@pytest.mark.parametrize(("spread", "own_ease"), [(0.2, 0.0), (0.0, 0.8), (0.1, 0.3)])
def test_five_seeds_cover_what_they_state(spread, own_ease):
    assert 0.92 <= coverage(5, 200, spread=spread, own_ease=own_ease) <= 0.985


def test_three_seeds_cover_what_they_state():
    assert 0.92 <= coverage(3, 200, spread=0.1, own_ease=0.3) <= 0.99


def test_one_standard_error_covers_two_thirds():
    assert 0.62 <= coverage(5, 200, spread=0.1, own_ease=0.3, level=ONE_SE) <= 0.78


def test_seeds_alone_cover_what_they_state_where_scipys_bootstrap_does_not():
    ours = theirs = 0
    for repeat in range(300):
        scores = keyed_generator(repeat, "seeds alone").normal(size=5)
        interval = statistics.mean_interval(scores)
        ours += interval.low <= 0 <= interval.high
        plain = stats.bootstrap((scores,), np.mean, n_resamples=999, method="percentile", rng=np.random.default_rng(repeat))
        theirs += plain.confidence_interval.low <= 0 <= plain.confidence_interval.high
    assert 0.92 <= ours / 300 <= 0.98
    assert theirs / 300 < 0.88


@pytest.mark.parametrize("n", [2, 3, 5, 10, 50, 51, 200])
def test_the_small_sample_factor_gives_about_the_width_of_students_interval(n):
    values = keyed_generator(n, "student").normal(size=n)
    interval = statistics.mean_interval(values)
    student = stats.t.interval(0.95, n - 1, values.mean(), values.std(ddof=1) / np.sqrt(n))
    assert (interval.high - interval.low) / (student[1] - student[0]) == pytest.approx(1, abs=0.3)
