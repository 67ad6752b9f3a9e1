"""The verdict: which arm to use, chosen on validation scores alone and then held against the test.

The rule is the one-standard-error rule, paired: an augmented arm is a candidate where it beats both "standard" and "original" on
validation by more than one standard error of the paired difference, and of the candidates the simplest is taken that the best
does not beat by more than one standard error. Without a candidate the better baseline on validation is kept. One standard error
is a rule for choosing, not a proof: it finds gains of two points in 97 of 100 studies (five seeds that spread by one point), and
among three arms without any gain over "standard" it recommends one in 28 of 100. Validation also flatters a policy that was
searched on it. The proof, or its absence, is the test difference with its 95 % interval in the reason.

Source: Breiman et al. 1984, "Classification and regression trees", 3.4.3 (the one-standard-error rule).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from augmint.core.errors import UserError
from augmint.core.evaluation.arms import ORIGINAL, STANDARD, parse_arm
from augmint.core.evaluation.statistics import ONE_SE, ArmScores, Interval, paired_difference
from augmint.core.interfaces import Metric


@dataclass(frozen=True)
class Choice:
    """What validation says.

    Attributes:
        use: the recommended arm.
        subject: the arm that the reason is about: `use` where it is augmented, else the augmented arm that came nearest; None
            where there was no augmented arm.
        baseline: the better baseline on validation.
        gain: validation gain of `subject` over `baseline` with one standard error to either side; positive is better.
        seeds: how many there were.
    """

    use: str
    subject: str | None
    baseline: str
    gain: Interval | None
    seeds: int

    @property
    def resolution(self) -> float | None:
        """One standard error of `gain`: a smaller one validation cannot tell from chance. None where nothing was repeated."""
        return (self.gain.high - self.gain.low) / 2 if self.gain is not None and self.gain.covers and self.seeds > 1 else None


def choose(validation: Mapping[str, ArmScores], metric: Metric, *, seed: int = 0) -> Choice:
    """The arm to use. Sees validation scores only; test scores cannot change it.

    Args:
        validation: arm -> scores on the validation split, the same seeds for every arm, "original" and "standard" among them.
        metric: says which direction is better.
        seed: keys the resampling.

    Raises:
        UserError: a baseline is missing or seeds differ.
    """
    for needed in (ORIGINAL, STANDARD):
        if needed not in validation:
            raise UserError(f"The arm {needed!r} has no validation scores.", where="comparison",
                            fix="The verdict compares with it.")
    sign = 1.0 if metric.greater_is_better else -1.0
    means = {arm: sign * float(scores.metric.mean()) for arm, scores in validation.items()}
    baseline = STANDARD if means[STANDARD] > means[ORIGINAL] else ORIGINAL
    seeds = len(validation[baseline].seeds)

    def gain(arm: str, other: str) -> Interval:
        ahead, behind = (arm, other) if sign > 0 else (other, arm)
        return paired_difference(validation[ahead], validation[behind], level=ONE_SE, seed=seed)

    made = sorted((arm for arm in validation if not parse_arm(arm).is_baseline), key=lambda arm: parse_arm(arm).complexity)
    if not made:
        return Choice(baseline, None, baseline, None, seeds)
    candidates = [arm for arm in made if seeds > 1 and gain(arm, STANDARD).low > 0 and gain(arm, ORIGINAL).low > 0]
    if not candidates:
        nearest_arm = max(made, key=lambda arm: means[arm])
        return Choice(baseline, nearest_arm, baseline, gain(nearest_arm, baseline), seeds)
    best = max(candidates, key=lambda arm: means[arm])
    use = next(arm for arm in candidates if arm == best or gain(best, arm).low <= 0)
    return Choice(use, use, baseline, gain(use, baseline), seeds)


def explain(choice: Choice, test: Interval | None, metric: Metric) -> str:
    """One plain sentence: what validation showed and what the test says of it.

    Args:
        choice: what `choose` gave.
        test: test difference of `choice.subject` minus `choice.baseline` in the metric's own direction, None without a subject.
        metric: direction, unit and decimals.
    """
    if choice.subject is None or choice.gain is None or test is None:
        return f"No augmented arm was compared, so {choice.baseline} stays: it has the better validation score."
    amount = _points(abs(choice.gain.mean), metric)
    side = "better" if choice.gain.mean > 0 else "worse"
    if choice.use == choice.subject:
        lead = (f"On validation {choice.use} is {amount} better than {choice.baseline}, more than one standard error ahead of both "
                "standard and original")
        return f"{lead}; {_on_test(choice, test, metric)}."
    if choice.seeds < 2:
        return (f"One seed cannot tell a gain from chance, so {choice.baseline} stays; on validation {choice.subject} is {amount} "
                f"{side}; {_on_test(choice, test, metric)}.")
    return (f"No augmented arm is more than one standard error better than both standard and original on validation "
            f"({choice.subject}, the nearest, is {amount} {side} than {choice.baseline}), so {choice.baseline} stays; "
            f"{_on_test(choice, test, metric)}.")


def _on_test(choice: Choice, test: Interval, metric: Metric) -> str:
    """What the test says of the subject against the baseline, agreeing with the choice or not."""
    sign = 1 if metric.greater_is_better else -1
    low, high = sorted((sign * test.low, sign * test.high))
    interval = f"95 % interval {_number(low, metric, '+')} to {_number(high, metric, '+')}" if test.covers else "no interval"
    figure = f"{_points(sign * test.mean, metric, signed=True)} ({interval})"
    chosen = choice.use == choice.subject
    if test.covers and low > 0:
        return (f"the test confirms it with a gain of {figure}" if chosen else
                f"the test nevertheless shows a gain of {figure}, which more validation rows or seeds could have told in advance")
    if test.covers and high < 0:
        return f"but the test contradicts it: a loss, {figure}" if chosen else f"the test agrees: a loss, {figure}"
    verb = f"validation chose {choice.use}, but on test the gain" if chosen else f"on test the gain of {choice.subject}"
    return f"{verb} is not distinguishable from zero: {figure}"


def _points(amount: float, metric: Metric, *, signed: bool = False) -> str:
    """An amount of the metric in words.

    Example:
        >>> _points(1.5, Metric("accuracy", unit="%")), _points(-0.25, Metric("perplexity"), signed=True)
        ('1.50 points', '-0.25 perplexity')
    """
    number = _number(amount, metric, "+" if signed else "")
    return f"{number} points" if metric.unit in ("%", "percent", "points") else f"{number} {metric.unit or metric}"


def _number(amount: float, metric: Metric, sign: str = "") -> str:
    """With the metric's decimals; what is rounded to nothing has no minus.

    Example:
        >>> _number(-0.001, Metric("accuracy", unit="%"), "+"), _number(-0.25, Metric("accuracy", unit="%"))
        ('+0.00', '-0.25')
    """
    return f"{round(amount, metric.decimals) + 0.0:{sign}.{metric.decimals}f}"
