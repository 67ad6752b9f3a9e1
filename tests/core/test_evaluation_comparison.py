"""comparison.json has the agreed shape, and its figures are those of the fine-tunings."""

import json

import numpy as np
import pytest

from augmint.core.errors import UserError
from augmint.core.evaluation import build_comparison
from augmint.core.evaluation.comparison import compared_pairs
from augmint.core.interfaces import Evaluation, FinetuneResult, Metric, keyed_generator

METRIC = Metric("accuracy", unit="%")
ARMS = {"original": 0.6, "standard": 0.7, "policy": 0.72, "minted": 0.65, "policy+minted": 0.75, "policy+pseudo-labelled": 0.74}


def evaluation(rng, share, rows):
    correct = (rng.random(rows) < share).astype(float)
    return Evaluation(100 * float(correct.mean()), 0.5, list(correct))


def results(seeds=(0, 1, 2), arms=ARMS):
    rng = keyed_generator(0, "comparison")
    return {arm: {s: FinetuneResult.of({"validation": evaluation(rng, share, 60), "test": evaluation(rng, share, 200)}, 2.0)
                  for s in seeds} for arm, share in arms.items()}


def test_it_holds_what_the_run_directory_promises():
    comparison = build_comparison("image-classification", METRIC, 300, results(), cost={"train": 12.5})
    assert (comparison["task"], comparison["metric"], comparison["greater_is_better"]) == ("image-classification", "accuracy", True)
    assert (comparison["steps"], comparison["seeds"], comparison["cost"]) == (300, [0, 1, 2], {"train": 12.5})
    assert set(comparison["arms"]) == set(ARMS)
    for entry in comparison["arms"].values():
        for side in (entry, entry["validation"]):
            assert len(side["scores"]) == 3
            assert side["mean"] == pytest.approx(np.mean(side["scores"]))
            assert side["ci95"][0] < side["mean"] < side["ci95"][1]
            assert side["covers"] == "seeds and rows"
    assert set(comparison["verdict"]) == {"use", "subject", "reason", "resolution"}
    assert comparison["verdict"]["use"] in ARMS


def test_every_arm_is_held_against_both_baselines_and_minting_against_its_control():
    differences = build_comparison("t", METRIC, 1, results())["differences"]
    expected = {f"{arm} - {base}" for arm in ARMS for base in ("original", "standard") if arm != base} - {"original - standard"}
    assert set(differences) == expected | {"policy+minted - policy+pseudo-labelled", "policy+minted - policy"}


def test_differences_are_those_of_the_means_in_the_metrics_own_direction():
    comparison = build_comparison("t", Metric("wer", greater_is_better=False), 1, results())
    for name, entry in comparison["differences"].items():
        first, second = name.split(" - ")
        assert entry["mean"] == pytest.approx(comparison["arms"][first]["mean"] - comparison["arms"][second]["mean"])
        assert entry["ci95"][0] <= entry["mean"] <= entry["ci95"][1]


def test_the_same_results_give_the_same_bytes_in_any_order():
    first = results()
    turned = {arm: dict(reversed(by_seed.items())) for arm, by_seed in first.items()}
    assert json.dumps(build_comparison("t", METRIC, 1, first)) == json.dumps(build_comparison("t", METRIC, 1, turned))


def test_it_is_plain_json():
    comparison = build_comparison("t", METRIC, 1, results(seeds=[0]))
    assert json.loads(json.dumps(comparison, allow_nan=False)) == comparison


def test_arms_with_other_seeds_are_refused():
    table = results()
    del table["policy"][1]
    with pytest.raises(UserError, match="arm policy"):
        build_comparison("t", METRIC, 1, table)


def test_an_arm_that_was_not_scored_on_validation_is_refused():
    table = results()
    table["policy"][1] = FinetuneResult.of({"test": Evaluation(70.0)}, 1.0)
    with pytest.raises(UserError, match="policy, seed 1: The validation score is None"):
        build_comparison("t", METRIC, 1, table)


def test_an_interval_never_leaves_the_metrics_range() -> None:
    scores = {0: 97.0, 1: 71.0}
    by_seed = {seed: FinetuneResult.of({split: Evaluation(score, 0.5, None) for split in ("validation", "test")}, 1.0)
               for seed, score in scores.items()}
    metric = Metric("accuracy", low=0.0, high=100.0)
    comparison = build_comparison("t", metric, 10, {"original": by_seed, "standard": by_seed})
    assert comparison["arms"]["original"]["ci95"] == [0.0, 100.0]


def test_minted_rows_are_held_against_the_same_ops_without_them() -> None:
    pairs = compared_pairs(dict.fromkeys(["original", "standard", "policy", "minted", "policy+minted"]))
    assert ("policy+minted", "policy") in pairs
    assert len(pairs) == len(set(pairs))
