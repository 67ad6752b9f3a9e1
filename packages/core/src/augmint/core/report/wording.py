"""Numbers and verdicts in plain English: one place decides how a score, a difference or a duration is written."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from augmint.core.interfaces import Metric

MINUS = "\N{MINUS SIGN}"

SAME_ARM = "nothing but {!r} under another name, so it was not trained again"
ARM_NOTES = {
    "original": "your rows as they are, no augmentation",
    "standard": "the strong usual augmentation, no search",
    "policy": "the augmentation that the search found",
    "minted": "minted rows added, no augmentation",
    "policy+minted": "the found augmentation, minted rows added",
    "standard+minted": "the usual augmentation, minted rows added",
    "pseudo-labelled": "pseudo-labelled rows added: a control",
    "standard+pseudo-labelled": "the usual augmentation, pseudo-labelled rows added: a control",
    "policy+pseudo-labelled": "the found augmentation, pseudo-labelled rows added: a control",
    "copied": "your rows again where minted rows would stand: a control",
    "equal-real-epochs": "your rows alone, only as often as beside minted rows: a control with fewer steps",
    "unfiltered": "generated rows without adversarial training and without the discriminator's choice: a control",
    "policy+unfiltered": "the found augmentation, generated rows without the discriminator's choice: a control",
    "resynthesised": "real rows through the generator, changed as little as it can: a control",
    "standard+resynthesised": "the usual augmentation, real rows through the generator: a control",
    "policy+resynthesised": "the found augmentation, real rows through the generator: a control",
}

_OPS = {"standard": "standard augmentation", "policy": "the found policy"}
_CONTROLS = ("original", "standard", "pseudo-labelled", "standard+pseudo-labelled", "copied", "equal-real-epochs")


def number(value: float, decimals: int = 2) -> str:
    """A figure with a fixed number of decimals and a typographic minus.

    Example:
        >>> number(-0.456, 1), number(float("nan"))
        ('−0.5', 'not a number')
    """
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else ("infinite" if value > 0 else f"{MINUS}infinite")
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def score(value: float, metric: Metric) -> str:
    """A score in its unit.

    Example:
        >>> score(78.25, Metric("accuracy", unit="%", decimals=1)), score(0.4567, Metric("mAP", decimals=3))
        ('78.2 %', '0.457')
    """
    return number(value, metric.decimals) + (f" {metric.unit}" if metric.unit else "")


def difference_unit(metric: Metric) -> str:
    """What a difference of scores is counted in: percentages differ by points."""
    return "points" if metric.unit == "%" else metric.unit


def signed(value: float, metric: Metric) -> str:
    """A difference with its sign; nothing is "+0.0".

    Example:
        >>> signed(1.24, Metric("accuracy", decimals=1)), signed(-0.04, Metric("accuracy", decimals=1))
        ('+1.2', '0.0')
    """
    text = number(value, metric.decimals)
    return f"+{text}" if value > 0 and float(text) > 0 else text


def interval(low: float, high: float, metric: Metric) -> str:
    """Both ends of a 95 % interval, as "[0.4, 2.0]"."""
    return f"[{number(low, metric.decimals)}, {number(high, metric.decimals)}]"


def difference(entry: Mapping[str, Any], metric: Metric) -> str:
    """A difference with its unit and interval.

    Example:
        >>> difference({"mean": 1.2, "ci95": [0.4, 2.0]}, Metric("accuracy", unit="%", decimals=1))
        '+1.2 points [0.4, 2.0]'
    """
    unit = difference_unit(metric)
    words = signed(float(entry["mean"]), metric) + (f" {unit}" if unit else "")
    ci95 = entry.get("ci95")
    return f"{words} {interval(ci95[0], ci95[1], metric)}" if ci95 else words


def standing(entry: Mapping[str, Any], metric: Metric) -> str:
    """Where the interval lies: "better", "worse", "open" when it holds 0 or is missing, "equal" where nothing differs.

    Example:
        >>> standing({"mean": -0.1, "ci95": [-0.2, -0.05]}, Metric("wer", greater_is_better=False))
        'better'
    """
    ci95 = entry.get("ci95")
    if ci95 and not any((entry["mean"], *ci95)):
        return "equal"
    if not ci95 or ci95[0] <= 0 <= ci95[1] or not all(math.isfinite(end) for end in ci95):
        return "open"
    return "better" if (ci95[0] > 0) == metric.greater_is_better else "worse"


def duration(seconds: float) -> str:
    """Seconds as people say them.

    Example:
        >>> duration(0.4), duration(42), duration(125), duration(7260)
        ('under 1 s', '42 s', '2 min 5 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 1:
        return "under 1 s"
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    minutes = round(seconds / 60)
    return f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")


def count(number_of: int, noun: str, plural: str = "") -> str:
    """A whole number and its noun.

    Example:
        >>> count(1, "row"), count(12000, "row"), count(2, "class", "classes")
        ('1 row', '12,000 rows', '2 classes')
    """
    return f"{number_of:,} {noun if number_of == 1 else plural or noun + 's'}"


def percent(share: float, decimals: int = 1) -> str:
    """A share in [0, 1] as a percentage.

    Example:
        >>> percent(0.123)
        '12.3 %'
    """
    return f"{number(100 * share, decimals)} %"


def series(words: Sequence[str]) -> str:
    """A list in a sentence.

    Example:
        >>> series(["a", "b", "c"])
        'a, b and c'
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def recommends(use: str | None) -> bool:
    """Whether an arm uses anything that augmint made: a found policy or minted rows.

    Example:
        >>> recommends("policy+minted"), recommends("standard"), recommends("standard+pseudo-labelled"), recommends(None)
        (True, False, False, False)
    """
    return bool(use) and use != "none" and use not in _CONTROLS


def recipe_of(use: str) -> str:
    """What an arm trains with.

    Example:
        >>> recipe_of("policy+minted"), recipe_of("standard+pseudo-labelled")
        ('the found policy and the minted rows', 'standard augmentation and the pseudo-labelled rows')
    """
    return series([_OPS.get(part) or f"the {part} rows" for part in use.split("+")])


def headline(use: str | None, standing: str = "better") -> str:
    """The verdict in one sentence.

    Args:
        use: the arm that validation chose, None where nothing helped.
        standing: what the test split says of a chosen arm against its baseline, see `standing`.

    Example:
        >>> headline("policy+minted")
        'Use it: train with the found policy and the minted rows.'
        >>> headline("policy", "open")
        'Not proven: validation prefers the found policy, but the test split does not settle it.'
        >>> headline("standard")
        'Do not use it: standard augmentation alone is the better choice here.'
    """
    if not use or use == "none":
        return "Do not use it: nothing tried here helped."
    if use == "original":
        return "Do not use it: train on your own rows as they are."
    if use == "standard":
        return "Do not use it: standard augmentation alone is the better choice here."
    if not recommends(use):
        return f"Do not mint: train with {recipe_of(use)} directly."
    if standing == "better":
        return f"Use it: train with {recipe_of(use)}."
    if standing == "worse":
        return f"Do not rely on it: validation preferred {recipe_of(use)}, but the test split contradicts it."
    return f"Not proven: validation prefers {recipe_of(use)}, but the test split does not settle it."
