"""Sorts the figures of train_log.jsonl into the curves that belong together."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

POINTS = 200
"""Longer curves are averaged down to this many points: it keeps the page small and the trend readable."""


@dataclass(frozen=True)
class Curve:
    """Optimiser steps and the figure there."""

    label: str
    steps: list[int]
    values: list[float]


@dataclass(frozen=True)
class Panel:
    """Curves that share an axis."""

    title: str
    ylabel: str
    curves: list[Curve]
    from_zero: bool = False


# title, axis label, axis from zero, pattern of the (lower-case) names that belong there; the first match wins.
_GROUPS: tuple[tuple[str, str, bool, str], ...] = (
    ("Losses", "loss", False, r"(?:^|[_/])loss(?:$|[_/])|(?:^|[_/])(?:d|g|discriminator|generator)_?total$"),
    ("Discriminator's opinion", "mean output (higher: more real)", False,
     r"(?:^|[_/])(?:d_|logits?_|score_|output_)*(?:real|fake)(?:_logits?|_scores?|_mean|_output)*$"),
    ("Fréchet distance to real rows", "distance (lower is better)", True, r"(?:^|[_/])(?:fd|fid|frechet(?:_distance)?)$"),
    ("Kernel distance to real rows", "KID (lower is better)", False, r"(?:^|[_/])(?:kid|mmd)$"),
    ("Fidelity and diversity", "share or ratio (higher is better)", True, r"(?:^|[_/])(?:precision|recall|density|coverage)$"),
    ("Adaptive augmentation", "probability", True, r"(?:^|[_/])(?:ada_?p|ada|p_?ada|ada_probability)$"),
    ("Gradient penalties", "penalty", True, r"(?:^|[_/])(?:r1|r2|gp|gradient_penalty|lecam)(?:_penalty)?$"),
)


def panels(entries: Sequence[Mapping[str, Any]]) -> list[Panel]:
    """The groups that the log has figures for.

    Args:
        entries: parsed lines of train_log.jsonl with an integer "step"; whatever is not a number is left out.

    Example:
        >>> [panel.title for panel in panels([{"step": 1, "loss_d": 0.7, "loss_g": 1.1, "seconds": 3.0}])]
        ['Losses']
    """
    columns = _columns(entries)
    found = []
    for title, ylabel, from_zero, pattern in _GROUPS:
        names = [name for name in columns if re.search(pattern, name.lower())]
        curves = [_thin(Curve(_words(name), *columns.pop(name))) for name in names]
        if curves:
            found.append(Panel(title, ylabel, curves[:6], from_zero))
    return found


def rollbacks(entries: Sequence[Mapping[str, Any]]) -> list[tuple[int, str]]:
    """(step, what happened) of every roll-back that the log tells of."""
    found = []
    for entry in entries:
        event = str(entry.get("event", ""))
        if re.search(r"roll(?:ed)?[-_ ]?back|collapse|nan", event.lower()):
            reason = next((str(entry[key]) for key in ("reason", "message", "why") if entry.get(key)), event)
            found.append((int(entry.get("step", 0)), reason))
    return found


def _columns(entries: Sequence[Mapping[str, Any]]) -> dict[str, tuple[list[int], list[float]]]:
    columns: dict[str, tuple[list[int], list[float]]] = {}
    for entry in entries:
        step = entry.get("step")
        if not isinstance(step, int) or "event" in entry:
            continue
        for name, value in entry.items():
            if name != "step" and isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
                steps, values = columns.setdefault(name, ([], []))
                steps.append(step)
                values.append(float(value))
    return columns


def _thin(curve: Curve) -> Curve:
    """Means over equal runs of entries where there are more than POINTS."""
    size = -(-len(curve.steps) // POINTS)
    if size <= 1:
        return curve
    starts = range(0, len(curve.steps), size)
    values = [curve.values[at: at + size] for at in starts]
    steps = [curve.steps[at: at + size] for at in starts]
    return Curve(curve.label, [part[-1] for part in steps], [sum(part) / len(part) for part in values])


def _words(name: str) -> str:
    """A log name as people say it.

    Example:
        >>> _words("loss_d"), _words("eval/coverage")
        ('loss of the discriminator', 'coverage')
    """
    tail = name.split("/")[-1].lower()
    parts = set(re.split(r"[_ ]", tail))
    if parts & {"loss", "total"} and parts & {"d", "discriminator"}:
        return "loss of the discriminator"
    if parts & {"loss", "total"} and parts & {"g", "generator"}:
        return "loss of the generator"
    for word in ("real", "fake"):
        if word in parts:
            return f"on {'real' if word == 'real' else 'generated'} rows"
    return {"fd": "FD", "fid": "FID", "kid": "KID"}.get(tail, tail.replace("_", " "))
