"""Proposals are good, spread out, and depend on what they are told alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from augmint.core.interfaces import Dimension, keyed_generator
from augmint.core.search import PolicySearch, SearchArguments
from augmint.core.search.candidates import LOCAL, SCALES, UNIFORM, candidates
from augmint.core.search.history import Trial
from augmint.core.search.learning import prune_threshold, told_values
from augmint.core.search.proposer import Proposer
from augmint.core.search.spaces import SkoptSpace

sys.path.insert(0, str(Path(__file__).parent))
from search_problems import bowl, bowl_space, bowl_value, branin, branin_space


def proposer(**changes: Any) -> Proposer:
    return Proposer(branin_space().dimensions, SearchArguments(**changes))


def told(count: int) -> list[tuple[dict[str, Any], float]]:
    rng = keyed_generator(0, "told")
    points = [proposer()._draw(rng) for _ in range(count)]
    return [(point, branin(point)) for point in points]


def test_search_beats_random_search_at_equal_trials() -> None:
    trials = 16
    space = bowl_space()
    found = []
    for seed in range(2):
        arguments = SearchArguments(trials=trials, executor="serial", finalists=0, seed=seed, initial_points=3, acquisition="EI")
        found.append(PolicySearch(space, bowl, None, arguments).run().best_score)
    rng = keyed_generator(0, "random search")
    draw = Proposer(space.dimensions, SearchArguments())._draw
    chance = [max(bowl_value(draw(rng)) for _ in range(trials)) for _ in range(500)]
    assert min(found) > np.quantile(chance, 0.9)  # both by luck: 1 %


@pytest.mark.parametrize("surrogate", ["GP", "RF", "ET"])
def test_a_proposal_is_plain_inside_the_space_and_repeatable(surrogate: str) -> None:
    known = told(8)
    point = proposer(surrogate=surrogate).propose(8, known, [], [])
    assert point is not None
    assert point == proposer(surrogate=surrogate).propose(8, known, [], [])
    assert [type(value) for value in point.values()] == [float, float, int, str]
    assert -5 <= point["x"] <= 10
    assert 0 <= point["y"] <= 15
    assert 1 <= point["layers"] <= 4


def test_pending_points_push_the_next_proposal_away() -> None:
    known = told(12)
    first = proposer(acquisition="EI").propose(12, known, [], [])
    assert first is not None
    again = proposer(acquisition="EI").propose(12, known, [], [])
    second = proposer(acquisition="EI").propose(12, known, [first], [])
    assert again == first
    assert second is not None
    assert abs(second["x"] - first["x"]) + abs(second["y"] - first["y"]) > 0.05


def test_candidates_lie_in_the_space_and_around_the_best_points_change_few_coordinates() -> None:
    space = SkoptSpace([*branin_space().dimensions, *(Dimension(f"d{place}") for place in range(12))])
    centre = {"x": 10.0, "y": 0.0, "layers": 4, "order": "last"} | {f"d{place}": 0.5 for place in range(12)}
    drawn = candidates(space, [centre], keyed_generator(0, "candidates"))
    points = [space.from_skopt(coordinates) for coordinates in drawn]
    assert [space.to_skopt(point) for point in points] == drawn  # nothing had to be clipped or rounded
    around = points[UNIFORM:]
    changes = [sum(point[name] != value for name, value in centre.items()) for point in around]
    assert len(around) == len(SCALES) * LOCAL
    assert 2 < np.mean(changes) < 5
    for name in centre:
        assert any(point[name] != centre[name] for point in around), f"{name} is never changed"
    assert max(abs(point["d0"] - 0.5) for point in around[:LOCAL]) < 0.3


def test_initial_points_fill_the_space() -> None:
    points = proposer().initial(6)
    for name, low, high in (("x", -5, 10), ("y", 0, 15)):
        sixths = sorted(int(6 * (point[name] - low) / (high - low)) for point in points)
        assert sixths == list(range(6)), f"a Latin hypercube has one point in each sixth of {name}"
    assert {point["order"] for point in points} == {"first", "last"}


def test_a_seen_point_is_not_proposed_again() -> None:
    known = told(8)
    first = proposer().propose(8, known, [], [])
    assert first is not None
    assert proposer().propose(8, known, [], [first]) != first


def test_one_dimension_of_categories_alone_can_be_searched() -> None:
    only = Proposer([Dimension("c", choices=tuple("abcdef"), kind="categorical")], SearchArguments())
    seen = [{"c": letter} for letter in "abcde"]
    scores = [(point, float(place)) for place, point in enumerate(seen)]
    assert only.propose(5, scores, [], seen) == {"c": "f"}
    assert only.propose(6, scores, [], [*seen, {"c": "f"}]) is None


def trial(number: int, score: float | None, status: str = "finished", cheap: float | None = None) -> Trial:
    made = Trial(number=number, batch=number, name=str(number), origin="model", point={"n": number}, status=status, score=score)
    if cheap is not None:
        made.scores["cheap"] = cheap
    return made


def test_failed_trials_count_as_the_worst_pruned_ones_as_the_quantile_and_ruins_are_fenced() -> None:
    scores = [70.0, 72.0, 74.0, 76.0]
    trials = [trial(n, score) for n, score in enumerate(scores)]
    values = {point["n"]: value for point, value in told_values([*trials, trial(4, None, "failed"), trial(5, None, "pruned"),
                                                                       trial(6, None, "proposed")], 0.25)}
    assert values == {0: 70.0, 1: 72.0, 2: 74.0, 3: 76.0, 4: 70.0, 5: 71.5}
    ruined = {point["n"]: value for point, value in told_values([*trials, trial(4, -1e6)], 0.25)}
    assert ruined[4] == 70.0 - 1.5 * 4.0
    assert ruined[0] == 70.0
    assert told_values([trial(0, None, "failed")], 0.25) == []


def test_nothing_is_pruned_before_there_is_enough_to_compare_with() -> None:
    trials = [trial(n, None, cheap=float(n)) for n in range(5)]
    assert prune_threshold(trials[:3], "cheap", 0.25) is None
    assert prune_threshold(trials, "cheap", 0.25) == 1.0
    assert prune_threshold(trials, "cheap", 0.0) is None
    assert prune_threshold(trials, "short", 0.25) is None
