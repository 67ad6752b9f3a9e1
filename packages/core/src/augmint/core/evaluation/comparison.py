"""`comparison.json`: arms with intervals, paired differences, the verdict and what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import Any

from augmint.core.errors import UserError
from augmint.core.evaluation.arms import MINTED, ORIGINAL, STANDARD, parse_arm
from augmint.core.evaluation.statistics import ArmScores, Interval, mean_interval, paired_difference
from augmint.core.evaluation.verdict import choose, explain
from augmint.core.interfaces import FinetuneResult, Metric, OutputFigures

Results = Mapping[str, Mapping[int, FinetuneResult]]
"""Arm -> seed -> result."""


def build_comparison(task: str, metric: Metric, steps: int, results: Results, *, cost: Mapping[str, float] | None = None,
                     outputs: OutputFigures | None = None, same: Mapping[str, str] | None = None, seed: int = 0) -> dict[str, Any]:
    """The comparison as JSON values.

    Args:
        task: the task's name.
        metric: the task's metric; all scores are in its unit. Differences keep its direction: with a metric that is better when
            lower, a negative difference is a gain.
        steps: optimiser steps of every arm.
        results: arm -> seed -> result, scored on "validation" and "test"; every arm with the same seeds, "original" and
            "standard" among the arms.
        cost: stage -> seconds.
        outputs: what the task has to say of the arms' outputs on test.
        same: arm -> the arm that it is under another name, whose results it has.
        seed: keys the resampling; the same results give the same bytes.

    Returns:
        "task", "metric", "greater_is_better", "steps", "seeds",
        "arms": {arm: {"scores", "mean", "ci95", "covers", "validation": {the same}, "details"}}, the last being further figures of
        the test split (see `Evaluation`), averaged over seeds, and those of `outputs`,
        "differences": {"a - b": {"mean", "ci95", "covers", "validation": {the same}}} of every arm against "original" and
        "standard", and of minted rows against every other kind of rows, and none, under the same ops,
        "same" as given, "verdict": {"use", "subject", "resolution" (see `Choice`), "reason"}, "cost", and "outputs" with the
        signatures and the note. `covers` says whether an interval is over seeds and rows or seeds alone.

    Raises:
        UserError: an arm without a finite score on either split, differing seeds, or a missing baseline.
    """
    test, validation = ({parse_arm(arm).name: ArmScores.from_results(by_seed, split, arm) for arm, by_seed in results.items()}
                        for split in ("test", "validation"))
    _same_seeds(test)
    choice = choose({arm: scores for arm, scores in validation.items() if arm not in (same or {})}, metric, seed=seed)
    subject = choice.subject
    details = _details(results, outputs)
    against = paired_difference(test[subject], test[choice.baseline], seed=seed) if subject else None
    return {
        "task": task, "metric": metric.name, "greater_is_better": metric.greater_is_better, "steps": steps,
        "seeds": list(test[ORIGINAL].seeds),
        "arms": {arm: {**_arm(test[arm], metric, seed), "validation": _arm(validation[arm], metric, seed),
                       "details": details.get(arm, {})} for arm in test},
        "differences": {f"{a} - {b}": {**_difference(test, a, b, seed), "validation": _difference(validation, a, b, seed)}
                        for a, b in compared_pairs(test)},
        "same": dict(same or {}),
        "verdict": {"use": choice.use, "subject": subject, "reason": explain(choice, against, metric),
                    "resolution": choice.resolution},
        "cost": {stage: float(seconds) for stage, seconds in (cost or {}).items()},
        "outputs": {"signatures": dict(outputs.signatures), "note": outputs.note} if outputs else {},
    }


def compared_pairs(arms: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Which arms are held against which: all against either baseline, minted rows against other extra rows, and none, under the
    same ops.

    Example:
        >>> compared_pairs(dict.fromkeys(["original", "standard", "policy+minted", "policy+pseudo-labelled"]))[-1]
        ('policy+minted', 'policy+pseudo-labelled')
    """
    parsed = {name: parse_arm(name) for name in arms}
    pairs = [(name, baseline) for name in arms for baseline in (STANDARD, ORIGINAL)
             if baseline in arms and name != baseline and (name, baseline) != (ORIGINAL, STANDARD)]
    pairs += [(name, other) for name, arm in parsed.items() for other, control in parsed.items()
              if arm.extra == MINTED and control.extra != MINTED and arm.ops == control.ops]
    return list(dict.fromkeys(pairs))


def _details(results: Results, outputs: OutputFigures | None) -> dict[str, dict[str, float]]:
    """Arm -> further figures of the test split."""
    found: dict[str, dict[str, float]] = {}
    for arm, by_seed in results.items():
        each = [by_seed[seed].details.get("test", {}) for seed in sorted(by_seed)]
        name = parse_arm(arm).name
        found[name] = {key: fmean(one[key] for one in each) for key in each[0] if all(key in one for one in each)}
        found[name] |= {key: float(figure) for key, figure in (outputs.arms.get(name, {}) if outputs else {}).items()}
    return found


def _arm(scores: ArmScores, metric: Metric, seed: int) -> dict[str, Any]:
    interval = mean_interval(scores, seed=seed).within(metric.low, metric.high)
    return {"scores": [float(score) for score in scores.metric], **interval.to_dict()}


def _difference(scores: Mapping[str, ArmScores], a: str, b: str, seed: int) -> dict[str, Any]:
    interval: Interval = paired_difference(scores[a], scores[b], seed=seed)
    return interval.to_dict()


def _same_seeds(scores: Mapping[str, ArmScores]) -> None:
    reference = scores.get(ORIGINAL)
    for arm, entry in scores.items():
        if reference is not None and entry.seeds != reference.seeds:
            raise UserError(f"It has seeds {list(entry.seeds)}, and original has {list(reference.seeds)}.", where=f"arm {arm}",
                            fix="Fine-tune every arm with the same seeds.")
