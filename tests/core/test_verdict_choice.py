"""The verdict is chosen on validation alone, and is honest about the test."""

import numpy as np
import pytest

from augmint.core.errors import UserError
from augmint.core.evaluation import build_comparison, choose, statistics
from augmint.core.evaluation.statistics import ArmScores
from augmint.core.interfaces import Evaluation, FinetuneResult, Metric, keyed_generator

ACCURACY = Metric("accuracy", unit="%")
SEEDS = range(5)


def table(validation, test=None, spread=0.3, seeds=SEEDS):
    """Arm -> seed -> result with the given mean scores."""
    test = {**validation, **(test or {})}

    def score(mean, *key):
        return float(mean + spread * keyed_generator(0, *key).normal())

    def result(arm, s):
        scores = {"validation": score(validation[arm], "v", arm, s), "test": score(test[arm], "t", arm, s)}
        return FinetuneResult.of({split: Evaluation(value) for split, value in scores.items()}, 1.0)

    return {arm: {s: result(arm, s) for s in seeds} for arm in validation}


def verdict(validation, test=None, metric=ACCURACY, **kwargs):
    return build_comparison("image-classification", metric, 100, table(validation, test, **kwargs))["verdict"]


GOOD = {"original": 70.0, "standard": 76.0, "policy": 75.5, "minted": 73.0, "policy+minted": 79.0}


def test_a_clear_gain_is_recommended_and_confirmed():
    found = verdict(GOOD)
    assert found["use"] == "policy+minted"
    assert "better than standard" in found["reason"]
    assert "the test confirms it" in found["reason"]


def test_no_gain_over_standard_means_do_not_use_it():
    found = verdict({**GOOD, "policy+minted": 75.5})
    assert found["use"] == "standard"
    assert "No augmented arm" in found["reason"]


def test_a_gain_over_original_alone_is_not_enough():
    assert verdict({"original": 70.0, "standard": 76.0, "minted": 74.0})["use"] == "standard"


def test_where_augmentation_harms_the_original_rows_stay():
    assert verdict({"original": 80.0, "standard": 76.0, "policy": 78.0})["use"] == "original"


def test_of_equally_good_arms_the_simplest_is_used():
    found = verdict({**GOOD, "policy": 79.0, "policy+minted": 79.05})
    assert found["use"] == "policy"


def test_pseudo_labels_are_simpler_than_minted_rows():
    assert verdict({**GOOD, "standard+pseudo-labelled": 79.0})["use"] == "standard+pseudo-labelled"


def test_permuting_or_altering_test_scores_never_changes_what_is_used():
    results = table(GOOD)
    arms = list(results)
    rng = keyed_generator(0, "permute")
    uses = set()
    for _ in range(8):
        scores = {(arm, s): rng.normal(scale=50) for arm in arms for s in SEEDS}
        order = rng.permutation(len(arms))
        altered = {arm: {s: FinetuneResult.of({"validation": Evaluation(results[arm][s].scores["validation"]),
                                               "test": Evaluation(scores[arms[order[i]], s])}, 1.0) for s in SEEDS}
                   for i, arm in enumerate(arms)}
        uses.add(build_comparison("t", ACCURACY, 1, altered)["verdict"]["use"])
    assert uses == {"policy+minted"}


def test_the_best_arm_on_test_is_not_used_where_validation_does_not_show_it():
    found = verdict({**GOOD, "policy+minted": 75.5}, test={"policy+minted": 90.0})
    assert found["use"] == "standard"


def test_a_test_that_shows_nothing_is_said():
    found = verdict(GOOD, test={"policy+minted": 76.05, "standard": 76.0})
    assert found["use"] == "policy+minted"
    assert "validation chose policy+minted, but on test the gain is not distinguishable from zero" in found["reason"]


def test_a_test_that_contradicts_is_said():
    found = verdict(GOOD, test={"policy+minted": 70.0})
    assert found["use"] == "policy+minted"
    assert "the test contradicts it: a loss" in found["reason"]


def test_a_gain_on_test_that_validation_missed_is_said():
    found = verdict({**GOOD, "policy": 74.0, "policy+minted": 75.5}, test={"policy+minted": 79.0}, spread=0.5)
    assert found["use"] == "standard"
    assert "nevertheless shows a gain" in found["reason"]


def test_a_metric_that_is_better_when_lower_is_read_so():
    wer = Metric("wer", greater_is_better=False, unit="%")
    found = verdict({"original": 30.0, "standard": 25.0, "policy": 20.0}, metric=wer)
    assert found["use"] == "policy"
    assert "the test confirms it with a gain of +" in found["reason"]
    assert verdict({"original": 30.0, "standard": 25.0, "policy": 28.0}, metric=wer)["use"] == "standard"
    assert verdict({"original": 20.0, "standard": 25.0, "policy": 28.0}, metric=wer)["use"] == "original"


def test_one_seed_never_recommends():
    found = verdict(GOOD, seeds=[0])
    assert found["use"] == "standard"
    assert "One seed cannot tell" in found["reason"]


def test_baselines_alone_give_a_verdict():
    found = verdict({"original": 70.0, "standard": 76.0})
    assert found["use"] == "standard"
    assert found["reason"] == "No augmented arm was compared, so standard stays: it has the better validation score."


def test_arms_without_any_difference_are_seldom_recommended(monkeypatch):
    """Three augmented arms that are exactly as good as the baselines: the rule must not find gains in noise half of the time."""
    monkeypatch.setattr(statistics, "RESAMPLES", 1000)
    wrong = 0
    for repeat in range(60):
        rng = keyed_generator(repeat, "null")
        scores = {arm: ArmScores(tuple(SEEDS), 75 + rng.normal(size=5)) for arm in GOOD}
        wrong += choose(scores, ACCURACY).use not in ("original", "standard")
    assert wrong <= 20


def test_a_missing_baseline_is_an_error():
    with pytest.raises(UserError, match="'standard' has no validation scores"):
        choose({"original": ArmScores((0, 1), np.zeros(2))}, ACCURACY)


def test_the_reason_is_one_sentence():
    for validation in (GOOD, {**GOOD, "policy+minted": 70.0}):
        reason = verdict(validation)["reason"]
        assert reason.endswith(".")
        assert ". " not in reason


def test_how_large_a_gain_validation_could_have_shown_shrinks_with_seeds():
    few, more, one = (verdict(GOOD, seeds=range(count), spread=1.0)["resolution"] for count in (3, 30, 1))
    assert 0 < more < few / 2
    assert one is None


def test_a_difference_that_rounds_to_nothing_has_no_minus():
    same = {**dict.fromkeys(GOOD, 76.0), "policy+minted": 76.001}
    reason = verdict(same, {"policy+minted": 75.999}, spread=0.0)["reason"]
    assert "+0.00" in reason
    assert "-0.00" not in reason
