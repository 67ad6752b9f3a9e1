"""Sorts the figures of train_log.jsonl into the curves that belong together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

POINTS = 200
"""Longer curves are averaged down to about this many points: it keeps the page small and the trend readable."""


@dataclass(frozen=True)
class Curve:
    """A figure over optimiser steps. A value of NaN breaks the line: training went back to an earlier step there."""

    label: str
    steps: list[int]
    values: list[float]


@dataclass(frozen=True)
class Panel:
    """Curves that share an axis; `from_zero` starts it at 0 where no value is below."""

    title: str
    ylabel: str
    curves: list[Curve]
    from_zero: bool = False


@dataclass(frozen=True)
class Rollback:
    """Training went wrong at `step`, for `reason`, and went on from the checkpoint of step `to` (None: not recorded)."""

    step: int
    reason: str
    to: int | None = None


# title, axis label, axis from zero, {name in the log: label}
_GROUPS: tuple[tuple[str, str, bool, dict[str, str]], ...] = (
    ("Losses", "loss", False, {"discriminator_loss": "discriminator", "generator_loss": "generator"}),
    ("Discriminator's output (higher: more real)", "mean output", False,
     {"real_score": "real rows", "fake_score": "generated rows"}),
    ("Fréchet distance (lower is better)", "distance to real rows", True,
     {"frechet": "Fréchet distance", "fd": "FD", "fid": "FID"}),
    ("Kernel distance (lower is better)", "distance to real rows", True, {"kernel": "kernel distance", "kid": "KID"}),
    ("Fidelity and diversity (higher is better)", "share or ratio", True,
     {"precision": "precision", "recall": "recall", "density": "density", "coverage": "coverage"}),
    ("Variety within a class", "mean distance", True, {"real_spread": "real rows", "fake_spread": "generated rows"}),
    ("Gradient penalties", "penalty", True,
     {"r1": "R1, real", "r2": "R2, generated", "gradient_penalty": "gradient penalty", "lecam": "LeCam"}),
    ("Adaptive augmentation", "probability", True, {"ada_p": "probability"}),
)


def panels(entries: Sequence[Mapping[str, Any]]) -> list[Panel]:
    """The groups that the log has figures for.

    Args:
        entries: parsed lines of train_log.jsonl in order; lines without "event" hold losses and scores, those with event
            "evaluate" hold quality figures. A curve is broken where the steps go back.

    Example:
        >>> log = [{"step": step, "discriminator_loss": 0.7, "generator_loss": 1.1, "seconds": 3.0} for step in (50, 100)]
        >>> [panel.title for panel in panels(log)]
        ['Losses']
    """
    columns = _columns(entries)
    found = []
    for title, ylabel, from_zero, names in _GROUPS:
        curves = [_thin(Curve(label, *columns[name])) for name, label in names.items() if name in columns]
        if any(len(curve.steps) > 1 for curve in curves):  # a single point makes no curve; the final figures are in a table
            found.append(Panel(title, ylabel, curves, from_zero))
    return found


def rollbacks(entries: Sequence[Mapping[str, Any]]) -> list[Rollback]:
    """Every roll-back that the log tells of, in order."""
    return [Rollback(int(entry["step"]), str(entry.get("reason") or "training went wrong"), entry.get("to"))
            for entry in entries if entry.get("event") == "rollback" and isinstance(entry.get("step"), int)]


def _columns(entries: Sequence[Mapping[str, Any]]) -> dict[str, tuple[list[int], list[float]]]:
    """Name -> steps and values, with a NaN wherever training went back to an earlier step."""
    columns: dict[str, tuple[list[int], list[float]]] = {}
    for entry in entries:
        step = entry.get("step")
        if not isinstance(step, int) or entry.get("event") not in (None, "evaluate"):
            continue
        for name, value in entry.items():
            if name != "step" and isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
                steps, values = columns.setdefault(name, ([], []))
                if steps and step <= steps[-1]:
                    steps.append(step)
                    values.append(math.nan)
                steps.append(step)
                values.append(float(value))
    return columns


def _thin(curve: Curve) -> Curve:
    """Means over equal runs of entries, never across a break."""
    size = -(-len(curve.steps) // POINTS)
    if size <= 1:
        return curve
    steps: list[int] = []
    values: list[float] = []
    for piece in _pieces(curve):
        for at in range(0, len(piece), size):
            run = piece[at: at + size]
            steps.append(run[-1][0])
            values.append(sum(value for _, value in run) / len(run))
        steps.append(steps[-1])
        values.append(math.nan)
    return Curve(curve.label, steps[:-1], values[:-1])


def _pieces(curve: Curve) -> Iterator[list[tuple[int, float]]]:
    piece: list[tuple[int, float]] = []
    for step, value in zip(curve.steps, curve.values):
        if math.isfinite(value):
            piece.append((step, value))
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece
