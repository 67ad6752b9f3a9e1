"""Importance names the dimensions that matter, and says when it cannot."""

from __future__ import annotations

import math

import pytest

from augmint.core.interfaces import Dimension, Point, keyed_generator
from augmint.core.search import dimension_importance
from augmint.core.search.arguments import SearchArguments
from augmint.core.search.proposer import Proposer

DIMENSIONS = [Dimension("quiet"), Dimension("active", -2, 2), Dimension("count", 0, 5, kind="integer"),
              Dimension("kind", choices=("a", "b", "c"), kind="categorical"), Dimension("idle")]


def drawn(count: int, seed: int = 0) -> list[Point]:
    proposer, rng = Proposer(DIMENSIONS, SearchArguments()), keyed_generator(seed, "points")
    return [proposer._draw(rng) for _ in range(count)]


def test_the_active_dimension_is_found_among_five() -> None:
    points = drawn(40)
    shares, note = dimension_importance(DIMENSIONS, points, [-point["active"] ** 2 for point in points], seed=0)
    assert shares is not None
    assert list(shares) == [dimension.name for dimension in DIMENSIONS]
    assert max(shares, key=shares.__getitem__) == "active"
    assert shares["active"] > 0.7
    assert sum(shares.values()) == pytest.approx(1)
    assert "40 trials" in note


def test_a_category_and_an_interaction_are_found() -> None:
    points = drawn(80)
    shares, _ = dimension_importance(DIMENSIONS, points, [5.0 * (point["kind"] == "b") for point in points], seed=0)
    assert shares is not None
    assert shares["kind"] > 0.8
    product = [(point["quiet"] - 0.5) * point["active"] for point in points]  # neither matters alone, on average
    shares, _ = dimension_importance(DIMENSIONS, points, product, seed=0)
    assert shares is not None
    assert shares["quiet"] + shares["active"] > 0.7


def test_few_trials_pure_noise_and_equal_scores_give_none_and_say_why() -> None:
    points = drawn(40)
    assert dimension_importance(DIMENSIONS, points[:6], [1.0 * n for n in range(6)], seed=0) == (
        None, "Not enough trials: 6 finished, importance takes at least 10.")
    noise = keyed_generator(3, "noise").normal(size=40).tolist()
    shares, note = dimension_importance(DIMENSIONS, points, noise, seed=0)
    assert shares is None
    assert "do not follow the settings" in note
    assert dimension_importance(DIMENSIONS, points, [2.0] * 40, seed=0) == (None, "All trials scored the same.")


def test_the_same_trials_give_the_same_importance() -> None:
    points = drawn(20)
    scores = [math.sin(3 * point["active"]) for point in points]
    assert dimension_importance(DIMENSIONS, points, scores, seed=0) == dimension_importance(DIMENSIONS, points, scores, seed=0)
