"""Numbers, verdicts and policies in plain English."""

from __future__ import annotations

import pytest

from augmint.core.interfaces import Metric
from augmint.core.report import wording
from augmint.core.report.policy_words import policy_sentences

ACCURACY = Metric("accuracy", unit="%", decimals=1)
WER = Metric("wer", greater_is_better=False, unit="%", decimals=1)


@pytest.mark.parametrize(("entry", "metric", "words"), [
    ({"mean": 1.23, "ci95": [0.41, 2.04]}, Metric("accuracy", unit="%", decimals=1), "+1.2 points [0.4, 2.0]"),
    ({"mean": -0.5, "ci95": [-1.0, 0.0]}, Metric("mAP", decimals=2), "−0.50 [−1.00, 0.00]"),
    ({"mean": 0.0, "ci95": None}, Metric("chrf++", decimals=1), "0.0"),
    ({"mean": 3.0, "ci95": [1.0, 5.0]}, Metric("loss", unit="nats", decimals=0), "+3 nats [1, 5]"),
])
def test_differences_carry_sign_unit_and_interval(entry: dict, metric: Metric, words: str) -> None:
    assert wording.difference(entry, metric) == words


@pytest.mark.parametrize(("ci95", "metric", "standing"), [
    ([0.1, 2.0], ACCURACY, "better"), ([-2.0, -0.1], ACCURACY, "worse"), ([-0.1, 0.1], ACCURACY, "open"), (None, ACCURACY, "open"),
    ([0.0, 2.0], ACCURACY, "open"), ([float("nan")] * 2, ACCURACY, "open"), ([-2.0, -0.1], WER, "better"),
    ([0.1, 2.0], WER, "worse"),
])
def test_an_interval_that_touches_zero_settles_nothing(ci95: list | None, metric: Metric, standing: str) -> None:
    assert wording.standing({"mean": 1.0, "ci95": ci95}, metric) == standing


@pytest.mark.parametrize("arm", ["original", "standard", "pseudo-labelled", "standard+pseudo-labelled", "none", None])
def test_arms_without_anything_augmint_made_are_never_announced_as_use_it(arm: str | None) -> None:
    assert not wording.recommends(arm)
    assert not wording.headline(arm).startswith("Use")


@pytest.mark.parametrize("arm", ["policy", "minted", "policy+minted", "standard+minted", "policy+pseudo-labelled", "other"])
def test_every_other_arm_is_announced_by_what_it_trains_with(arm: str) -> None:
    sentence = wording.headline(arm)
    assert sentence == f"Use it: train with {wording.recipe_of(arm)}."
    assert sentence.count(":") == 1


def test_a_policy_is_told_step_by_step() -> None:
    stage = {"ops": dict.fromkeys("abcdefgh", 1.0), "probability": 0.6, "magnitude": [0.0, 0.5]}
    mint = {"share": 0.4, "truncation": 0.8, "min_agreement": 0.6, "keep_quantile": 0.9, "balance": 0.5, "soft_labels": 0.25}
    policy = {"stages": [{"ops": {"flip": 1.0}, "probability": 0.5, "magnitude": [1, 1]}, stage, stage],
              "mix": {"mixup": {"probability": 0.3, "alpha": 1.0}}, "fill": "zeros", "mint": mint}
    sentences = policy_sentences(policy)
    assert sentences[:3] == [
        "50 % of rows: flip.",
        "60 % of rows: one of 8 ops (a, b, c, d, e and 3 more), drawn anew for each row and epoch, at a strength of 0 to 50 %. "
        "This twice over.",
        "MixUp joins 30 % of rows with another row of their batch, labels in proportion.",
    ]
    assert len(sentences) == 9


def test_ops_may_be_a_list_or_a_mapping() -> None:
    settings = {"probability": 0.5, "magnitude": 0.2}
    for ops in ([{"name": "time_mask", **settings}], {"time_mask": settings}):
        assert policy_sentences({"ops": ops})[0] == "50 % of rows: time mask, at a strength of 20 %."


def test_the_empty_policy_says_that_nothing_is_done() -> None:
    assert policy_sentences({"stages": [], "mix": {}, "mint": {"share": 0.0}}) == [
        "Real rows are used as they are, without augmentation.", "Generated rows are left out of training."]
