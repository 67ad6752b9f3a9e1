"""The search as a whole, on analytic objectives: order, resuming, failures, pruning, the final round."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from augmint.core.errors import UserError
from augmint.core.interfaces import Dimension, Point
from augmint.core.search import PolicySearch, SearchArguments, SearchResult, TrialRequest, TrialScores

sys.path.insert(0, str(Path(__file__).parent))
from search_problems import Branin, Space, bowl, branin_space

QUICK: dict[str, Any] = {"trials": 7, "executor": "serial", "initial_points": 3, "finalists": 2, "final_seeds": 2}


def search(journal: Path | None = None, objective: Any = None, space: Space | None = None, **changes: Any) -> PolicySearch:
    return PolicySearch(space or branin_space(), objective or Branin(), journal, SearchArguments(**{**QUICK, **changes}))


def timeless(path: Path) -> list[dict[str, Any]]:
    """The journal's events without times."""
    events = [json.loads(line) for line in path.read_text().splitlines()]
    return [{name: value for name, value in event.items() if name not in ("seconds", "elapsed")} for event in events]


def outcome(result: SearchResult) -> dict[str, Any]:
    """What a result says, without times."""
    return result.to_dict(times=False)


def test_starting_points_are_the_first_trials_in_order() -> None:
    space = branin_space()
    trials = search(space=space).run().trials
    assert [trial.name for trial in trials[:2]] == ["identity", "standard"]
    assert [trial.point for trial in trials[:2]] == list(space.starts().values())
    assert [trial.origin for trial in trials] == ["start"] * 2 + ["initial"] * 3 + ["model"] * 2


def test_many_starting_points_leave_more_trials_to_the_surrogate() -> None:
    space = branin_space()
    many = Space(space.dimensions, {f"start {n}": {"x": float(n), "y": 1.0, "layers": 1, "order": "last"} for n in range(9)})
    for starts, initial in ((space, 6), (many, 2)):
        origins = [trial.origin for trial in search(space=starts, initial_points=None, trials=12, finalists=0).run().trials]
        assert origins.count("initial") == initial


def test_a_search_cut_at_every_line_resumes_to_the_same_result_and_journal(tmp_path: Path) -> None:
    whole = tmp_path / "whole.jsonl"
    objective = Branin(fidelities=("cheap", "short", "full"), fail=(3,))
    shape = {"trials": 6, "initial_points": 2, "final_seeds": 1}
    expected = outcome(search(whole, objective, **shape).run())
    lines = whole.read_bytes().splitlines(keepends=True)
    assert sum(b'"model"' in line for line in lines) == 2
    for kept in range(len(lines)):
        cut = tmp_path / "cut.jsonl"
        half = lines[kept][: len(lines[kept]) // 2]  # what `kill -9` leaves of the line being written
        cut.write_bytes(b"".join(lines[:kept]) + half)
        assert outcome(search(cut, objective, **shape).run()) == expected, f"after {kept} lines"
        assert timeless(cut) == timeless(whole), f"after {kept} lines"


def test_running_a_finished_search_again_evaluates_nothing_and_adds_nothing(tmp_path: Path) -> None:
    first = search(tmp_path / "trials.jsonl").run()
    before = (tmp_path / "trials.jsonl").read_bytes()

    def never(request: TrialRequest) -> TrialScores:
        raise AssertionError("evaluated again")

    again = search(tmp_path / "trials.jsonl", objective=never, fidelities=("short", "full")).run()
    assert outcome(again) == outcome(first)
    assert (tmp_path / "trials.jsonl").read_bytes() == before


def test_raising_trials_continues_as_a_longer_search_would_have(tmp_path: Path) -> None:
    search(tmp_path / "a.jsonl").run(n_trials=6)  # ends within a batch of 2 at 7, so both kinds of boundary are crossed
    search(tmp_path / "a.jsonl").run(n_trials=7)
    raised = search(tmp_path / "a.jsonl").run(n_trials=9)
    longer = search(tmp_path / "b.jsonl").run(n_trials=9)
    assert [trial.point for trial in raised.trials] == [trial.point for trial in longer.trials]
    assert raised.best_point == longer.best_point
    assert raised.best_score == longer.best_score


def test_the_seed_changes_the_points_and_nothing_else_does() -> None:
    def points(**changes: Any) -> list[Point]:
        return [trial.point for trial in search(**changes).run().trials]

    torch.manual_seed(1), np.random.seed(1), random.seed(1)  # noqa: NPY002  (the search must not look at these)
    first = points()
    torch.manual_seed(2), np.random.seed(2), random.seed(2)  # noqa: NPY002
    assert points() == first
    assert points(seed=1)[2:] != first[2:]


def test_global_generators_are_left_alone() -> None:
    before = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()  # noqa: NPY002
    search(acquisition="gp_hedge").run()
    assert torch.equal(before[0], torch.get_rng_state())
    assert (before[1] == np.random.get_state()[1]).all()  # noqa: NPY002
    assert before[2] == random.getstate()


def test_failing_and_nan_trials_are_journalled_and_survived(tmp_path: Path) -> None:
    result = search(tmp_path / "trials.jsonl", Branin(fail=(0, 5), nan=(2,)), trials=8).run()
    status = {trial.number: trial.status for trial in result.trials}
    assert [number for number, what in status.items() if what == "failed"] == [0, 2, 5]
    failures = {event["trial"]: event for event in timeless(tmp_path / "trials.jsonl") if event["event"] == "failed"}
    assert failures[5]["error"] == "RuntimeError: trial 5 is out of luck"
    assert "out of luck" in failures[5]["traceback"]
    assert failures[2]["error"] == "ValueError: downstream is nan"
    assert result.best_name not in ("identity", "trial 2", "trial 5")


def test_a_search_where_everything_fails_stops_early_with_the_first_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"None of 6 trials gave a score.*trial 0 is out of luck.*delete"):
        search(tmp_path / "trials.jsonl", Branin(fail=tuple(range(100))), trials=50).run()


def test_an_objective_that_returns_something_else_or_leaves_out_a_weighed_part_fails_clearly() -> None:
    with pytest.raises(UserError, match="TypeError: the objective returned float, not TrialScores"):
        search(objective=lambda request: 1.0).run()
    weighing = SearchArguments(**{**QUICK, "objective": {"downstream": 1.0, "diversity": 1.0}})
    with pytest.raises(UserError, match="the objective weighs diversity, but the trial gave none"):
        PolicySearch(branin_space(), Branin(), None, weighing).run()


def test_the_objective_is_the_weighted_sum() -> None:
    def parts(request: TrialRequest) -> TrialScores:
        return TrialScores(request.point["x"], quality=0.5, diversity=1.0 if request.point["order"] == "last" else 0.0)

    arguments = SearchArguments(**{**QUICK, "objective": {"downstream": 2.0, "quality": 4.0, "diversity": 1.0}})
    for trial in PolicySearch(branin_space(), parts, None, arguments).run().trials:
        assert trial.score == pytest.approx(2 * trial.point["x"] + 2 + (trial.point["order"] == "last"))


def test_the_worst_at_the_cheap_fidelity_go_no_further_and_starting_points_always_do(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    objective = Branin(fidelities=("cheap", "short", "full"), calls=str(calls))
    result = search(tmp_path / "trials.jsonl", objective, trials=14, initial_points=10, prune_quantile=0.5).run()
    pruned = {trial.number for trial in result.trials if trial.status == "pruned"}
    assert pruned
    assert not pruned & {0, 1}
    ran = {(int(number), fidelity) for number, fidelity in (line.split()[1:3] for line in calls.read_text().splitlines())}
    assert not any((number, fidelity) in ran for number in pruned for fidelity in ("short", "full"))
    for event in timeless(tmp_path / "trials.jsonl"):
        if event["event"] == "pruned":  # the threshold is that of the batches before the trial's
            number = event["trial"]
            earlier = [trial.scores["cheap"] for trial in result.trials if trial.batch < result.trials[number].batch]
            assert event["threshold"] == pytest.approx(np.quantile(earlier, 0.5))
            assert event["score"] < event["threshold"]
    kept = [trial for trial in result.trials if trial.status == "finished"]
    assert len(kept) + len(pruned) == 14


def test_finalists_are_the_best_and_the_baselines_over_shared_seeds(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    result = search(objective=Branin(calls=str(calls)), trials=9, final_seeds=3).run()
    finalists = {row.trial for row in result.finalists}
    ranked = sorted((trial for trial in result.trials if trial.number > 1), key=lambda trial: -trial.score)  # type: ignore[operator]
    assert finalists == {0, 1, ranked[0].number, ranked[1].number}
    seeds: dict[str, set[str]] = {}
    for line in calls.read_text().splitlines():
        _, number, fidelity, seed = line.split()
        if fidelity == "full":
            seeds.setdefault(number, set()).add(seed)
    assert set(seeds) == {str(number) for number in finalists}
    assert len(set.union(*seeds.values())) == 3
    assert all(len(own) == 3 for own in seeds.values())
    assert [row.mean for row in result.finalists] == sorted((row.mean for row in result.finalists), reverse=True)  # type: ignore[type-var]
    best = result.finalists[0]
    assert (result.best_name, result.best_score, result.best_point) == (best.name, best.mean, best.point)
    assert result.best_policy.to_dict()["point"] == best.point


def test_each_outcome_is_on_disk_before_the_next_run_begins(tmp_path: Path) -> None:
    journal = tmp_path / "trials.jsonl"
    calls = 0

    def counting(request: TrialRequest) -> TrialScores:
        nonlocal calls
        outcomes = sum(event["event"] in ("finished", "failed") for event in timeless(journal))
        assert outcomes == calls, "an outcome was held back"
        calls += 1
        return TrialScores(request.point["x"])

    result = search(journal, counting, fidelities=("short", "full")).run()
    assert calls == 7 + 2 * 4
    assert not any(trial.error for trial in result.trials)
    assert not any(row.error for row in result.finalists)


def test_without_a_final_round_the_best_trial_wins() -> None:
    result = search(finalists=0).run()
    assert result.finalists == ()
    assert result.best_score == max(trial.score for trial in result.trials if trial.score is not None)


def test_one_fidelity_serves_for_search_and_final_round() -> None:
    result = search(objective=Branin(fidelities=("full",))).run()
    assert result.fidelities == ("full",)
    assert all(set(trial.scores) == {"full"} for trial in result.trials)
    assert len(result.finalists) == 4


def test_a_finalist_that_fails_in_the_final_round_cannot_win() -> None:
    class Late(Branin):
        def __call__(self, request: TrialRequest) -> TrialScores:
            if request.fidelity == "full" and request.trial > 1:
                raise MemoryError("full runs of augmented rows do not fit")
            return super().__call__(request)

    result = search(objective=Late()).run()
    assert result.best_name == "standard"
    assert [row.error is None for row in result.finalists] == [True, True, False, False]

    class Never(Late):
        def __call__(self, request: TrialRequest) -> TrialScores:
            if request.fidelity == "full":
                raise MemoryError("no full run fits")
            return super().__call__(request)

    with pytest.raises(UserError, match=r"Every candidate failed in the final round.*no full run fits"):
        search(objective=Never()).run()


def test_a_time_limit_starts_no_further_batch_and_says_so(tmp_path: Path) -> None:
    journal = tmp_path / "trials.jsonl"
    limited = search(journal, Branin(pause=0.05), trials=50, initial_points=48, time_limit=0.5).run()
    assert limited.stopped_because == "time_limit"
    assert 2 <= len(limited.trials) < 20
    assert len(limited.trials) % 2 == 0
    assert any(event["event"] == "stopped" and event["because"] == "time_limit" for event in timeless(journal))
    again = search(journal, Branin(pause=0.05), trials=50, initial_points=48, time_limit=0.5).run()
    assert len(again.trials) == len(limited.trials)  # the time of earlier runs counts
    more = search(journal, Branin(), trials=len(limited.trials) + 2, initial_points=48).run()
    assert more.stopped_because == "trials"
    assert len(more.trials) == len(limited.trials) + 2


def test_starting_points_are_tried_however_short_the_time(tmp_path: Path) -> None:
    result = search(time_limit=1e-9).run()
    assert [trial.name for trial in result.trials] == ["identity", "standard"]
    assert result.best_name == "standard"


def test_of_many_starting_points_a_short_time_leaves_the_baselines_with_and_without_minted_rows() -> None:
    names = ["identity", "standard", "minted", "standard_minted", "more", "still_more", "and_more"]
    starts = {name: dict.fromkeys("abc", place / 10) for place, name in enumerate(names)}
    space = Space([Dimension(name) for name in "abc"], starts)
    arguments = SearchArguments(trials=12, time_limit=1e-9, executor="serial", finalists=0)
    result = PolicySearch(space, bowl, None, arguments).run()
    assert [trial.name for trial in result.trials] == names[:4]
    assert result.stopped_because == "time_limit"


@pytest.mark.parametrize(("change", "message"), [
    ({"seed": 1}, "seed 0, not 1"), ({"batch_size": 3}, "batch_size 2, not 3"), ({"fidelities": ("full",)}, "fidelities"),
    ({"objective": {"downstream": 2.0}}, "objective"),
])
def test_a_journal_of_other_arguments_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    search(tmp_path / "trials.jsonl", trials=2).run()
    other = PolicySearch(branin_space(), Branin(), tmp_path / "trials.jsonl", SearchArguments(**{**QUICK, "trials": 2, **change}))
    before = (tmp_path / "trials.jsonl").read_bytes()
    with pytest.raises(UserError, match=message):
        other.run()
    assert (tmp_path / "trials.jsonl").read_bytes() == before


def test_a_journal_of_another_space_or_other_data_is_refused(tmp_path: Path) -> None:
    search(tmp_path / "trials.jsonl", trials=2).run()
    wider = branin_space()
    wider = Space([Dimension("x", -5, 11), *wider.dimensions[1:]], wider.starts())
    with pytest.raises(UserError, match=r"another space .*high: 10 there, 11 here"):
        search(tmp_path / "trials.jsonl", space=wider).run()
    with pytest.raises(UserError, match="another data or model"):
        PolicySearch(branin_space(), Branin(), tmp_path / "trials.jsonl", SearchArguments(**QUICK), context={"data": "x"}).run()
    (tmp_path / "foreign.jsonl").write_text('{"event": "step", "loss": 1}\n')
    with pytest.raises(UserError, match="not the journal of a search"):
        search(tmp_path / "foreign.jsonl").run()


def test_executor_workers_trials_and_time_limit_may_change(tmp_path: Path) -> None:
    search(tmp_path / "trials.jsonl", trials=2).run()
    result = search(tmp_path / "trials.jsonl", trials=4, executor="threads", workers=2, time_limit=60).run()
    assert len(result.trials) == 4


def test_a_finite_space_is_tried_once_and_then_the_search_ends() -> None:
    space = Space([Dimension("n", 0, 2, kind="integer"), Dimension("c", choices=("a", "b"), kind="categorical"),
                   Dimension("fixed", 3, 3, kind="integer"), Dimension("only", choices=("z",), kind="categorical")],
                  {"identity": {"n": 0, "c": "a", "fixed": 3, "only": "z"}})

    def score(request: TrialRequest) -> TrialScores:
        return TrialScores(float(request.point["n"]) + (request.point["c"] == "b"))

    result = search(objective=score, space=space, trials=40).run()
    assert result.stopped_because == "exhausted"
    assert sorted((trial.point["n"], trial.point["c"]) for trial in result.trials) == [(n, c) for n in range(3) for c in "ab"]
    assert result.best_point == {"n": 2, "c": "b", "fixed": 3, "only": "z"}


@pytest.mark.parametrize(("point", "message"), [
    ({"x": 1.0}, "no value for 'y'"), ({"x": 11.0, "y": 0, "layers": 1, "order": "last"}, "x is 11.0"),
    ({"x": 1, "y": 0, "layers": 1.5, "order": "last"}, "layers is 1.5"),
    ({"x": 1, "y": 0, "layers": 1, "order": "lats"}, "Did you mean 'last'"),
    ({"x": 1, "y": 0, "layers": 1, "order": "last", "z": 1}, "'z' is not a dimension"),
])
def test_a_starting_point_outside_the_space_is_refused(point: Point, message: str) -> None:
    with pytest.raises(UserError, match=message):
        search(space=Space(branin_space().dimensions, {"identity": point}))


@pytest.mark.parametrize("dimensions", [
    [], [Dimension("a"), Dimension("a")], [Dimension("a", 1, 0)], [Dimension("a", kind="categorical")],
    [Dimension("a", kind="complex")], [Dimension("a", high=float("inf"))],
])
def test_a_space_that_nothing_can_be_drawn_from_is_refused(dimensions: list[Dimension]) -> None:
    with pytest.raises(UserError, match="policy space"):
        search(space=Space(dimensions, {"identity": {}}))


def test_an_unknown_fidelity_is_refused() -> None:
    with pytest.raises(UserError, match=r"search\.fidelities: .*Did you mean 'short'"):
        search(fidelities=("shrot", "full"))


def test_callbacks_see_each_trial_once_and_points_are_plain(tmp_path: Path) -> None:
    seen: list[int] = []
    result = search(tmp_path / "trials.jsonl").run(callbacks=[lambda trial: seen.append(trial.number)])
    assert sorted(seen) == list(range(7))
    json.dumps(result.to_dict(), allow_nan=False)
    for trial in result.trials:
        assert [type(value) for value in trial.point.values()] == [float, float, int, str]


def test_progress_shows_trials_and_the_final_round(capfd: pytest.CaptureFixture[str]) -> None:
    search(trials=3).run(progress=True)
    shown = capfd.readouterr().err
    assert "3.0/3" in shown
    assert "best" in shown
    assert "final round" in shown
