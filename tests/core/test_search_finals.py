"""The final round's choice, on scores given by hand."""

from __future__ import annotations

import pytest

from augmint.core.search.finals import baseline_names, choose, final_table, select_finalists
from augmint.core.search.history import Trial

BASELINES = ["identity", "standard"]


def trial(number: int, name: str, *finals: float | None, score: float | None = 0.0) -> Trial:
    origin = "start" if name in BASELINES else "model"
    made = Trial(number=number, batch=0, name=name, origin=origin, point={"n": number}, score=score)
    made.finals = dict(enumerate(finals))
    made.final_errors = {index: "ValueError: no" for index, value in enumerate(finals) if value is None}
    return made


def winner(*trials: Trial) -> tuple[str, str]:
    row, reason = choose(final_table(trials, BASELINES, len(trials[0].finals)), BASELINES)
    return row.name, reason


def test_the_best_mean_wins_when_it_is_clearly_best() -> None:
    name, reason = winner(trial(0, "identity", 70, 71, 72), trial(1, "standard", 75, 76, 77), trial(9, "trial 9", 77, 78, 79.5))
    assert name == "trial 9"
    assert reason == ("trial 9 has the best mean, 78.1667: 2.167 above standard (standard error 0.1667); "
                      "7.167 above identity (standard error 0.1667).")


def test_a_baseline_within_one_standard_error_of_the_paired_difference_is_kept() -> None:
    # Differences to the best: -1, 0, 2.5: mean 0.5, standard error 1.04.
    name, reason = winner(trial(0, "identity", 70, 71, 72), trial(1, "standard", 79, 78, 76.5), trial(9, "trial 9", 78, 78, 79))
    assert name == "standard"
    assert "standard is within one standard error of trial 9 (0.5 behind" in reason


def test_seeds_are_paired_so_a_steady_small_gain_counts() -> None:
    # Seeds differ by 10 points, yet the gain is 1 point on every one of them.
    assert winner(trial(1, "standard", 60, 70, 80), trial(9, "trial 9", 61, 71.1, 80.9))[0] == "trial 9"


def test_the_simplest_of_the_tied_baselines_is_kept() -> None:
    tied = [trial(1, "standard", 75, 77, 76), trial(0, "identity", 77, 75, 76), trial(9, "trial 9", 76, 76, 76.3)]
    assert winner(*tied)[0] == "identity"
    assert winner(trial(0, "identity", 75, 77, 76), trial(1, "standard", 76, 76, 76.2))[0] == "identity"
    assert winner(trial(0, "identity", 76, 76, 76.2), trial(1, "standard", 75, 77, 76))[0] == "identity"


def test_one_seed_tells_no_error_so_the_best_wins_and_a_dead_heat_goes_to_the_baseline() -> None:
    assert winner(trial(1, "standard", 75.0), trial(9, "trial 9", 75.1))[0] == "trial 9"
    assert winner(trial(1, "standard", 75.0), trial(9, "trial 9", 75.0))[0] == "standard"


def test_a_candidate_with_a_failed_seed_is_last_and_never_chosen() -> None:
    table = final_table([trial(1, "standard", 75, 75), trial(9, "trial 9", 99, None)], BASELINES, 2)
    assert [(row.name, row.mean, row.error) for row in table] == [("standard", 75.0, None), ("trial 9", None, "ValueError: no")]
    assert choose(table, BASELINES)[0].name == "standard"


def test_finalists_are_different_policies_and_failed_baselines_stay_out() -> None:
    trials = [trial(0, "identity", score=None), trial(1, "standard", score=5)]
    trials += [trial(number, f"trial {number}", score=score) for number, score in ((2, 9), (3, 8), (4, 7), (5, None), (6, 6))]
    same = {0: "i", 1: "s", 2: "a", 3: "a", 4: "s", 5: "b", 6: "c"}
    chosen = select_finalists(trials, BASELINES, 3, lambda point: same[point["n"]])
    assert [each.number for each in chosen] == [1, 2, 6]


@pytest.mark.parametrize(("starts", "expected"), [
    (["identity"], ["identity"]), (["identity", "trivial", "rand"], ["identity", "trivial"]),
    (["identity", "rand", "standard"], ["identity", "standard"]),
])
def test_identity_and_the_standard_policy_are_the_baselines(starts: list[str], expected: list[str]) -> None:
    assert baseline_names(starts) == expected
