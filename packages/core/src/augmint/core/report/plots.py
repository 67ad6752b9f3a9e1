"""Plots of the result: arms with their intervals, cost by stage, importance, distances. Object-oriented matplotlib, no pyplot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from augmint.core.interfaces import Metric
from augmint.core.report import wording
from augmint.core.report.svg import COLORS, drawing, inline_svg

WIDTH = 5.6
"""Inches; the page scales plots to its own width."""


def short(label: str, most: int = 28) -> str:
    """A label cut to what a plot has room for.

    Example:
        >>> short("a label that nobody would give", 12)
        'a label tha…'
    """
    return label if len(label) <= most else label[:most - 1] + "…"


def arms_plot(arms: Mapping[str, Mapping[str, Any]], metric: Metric, *, chosen: str | None, split: str = "test") -> str:
    """Mean, 95 % interval and every seed's score of each arm, one line an arm.

    Args:
        arms: arm -> {"scores", "mean", "ci95"} as in comparison.json.
        chosen: the arm the verdict picks, drawn in its own colour.
        split: which split the scores are from, for the axis label.
    """
    with drawing():
        figure = Figure(figsize=(WIDTH, 0.75 + 0.4 * len(arms)))
        axes = figure.add_subplot()
        for row, (arm, entry) in enumerate(arms.items()):
            color = COLORS["orange"] if arm == chosen else COLORS["blue"]
            scores = [float(value) for value in entry.get("scores", ())]
            axes.plot(scores, [row + 0.26] * len(scores), "o", ms=3.6, mfc="none", mec=COLORS["muted"], mew=0.9)
            if entry.get("ci95"):
                axes.plot(entry["ci95"], [row, row], "-", color=color, lw=3.2, solid_capstyle="round")
            axes.plot([entry["mean"]], [row], "D" if arm == chosen else "o", ms=8.5, color=color, mec=COLORS["paper"], mew=1.2)
        baseline = arms.get("standard")
        if baseline:
            axes.axvline(baseline["mean"], color=COLORS["muted"], lw=1, ls=(0, (4, 3)), zorder=0.5)
        axes.set_yticks(range(len(arms)), [short(arm) for arm in arms])
        axes.set_ylim(len(arms) - 0.4, -0.6)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        unit = f" ({metric.unit})" if metric.unit else ""
        better = "higher" if metric.greater_is_better else "lower"
        axes.set_xlabel(f"{metric}{unit} on the {split} split, {better} is better")
        spoken = "; ".join(f"{arm} {wording.score(float(entry['mean']), metric)}" for arm, entry in arms.items())
        return inline_svg(figure, "arms", f"Mean score and 95 % interval of each arm on the {split} split. {spoken}.")


def bars_plot(values: Mapping[str, float], name: str, *, xlabel: str, spoken: Mapping[str, str], color: str = "blue") -> str:
    """Horizontal bars, first entry on top, each with its value written beside it.

    Args:
        values: label -> length, not negative.
        name: unique on the page.
        spoken: label -> what is written at the bar's end and read aloud.
    """
    with drawing():
        figure = Figure(figsize=(WIDTH, 0.7 + 0.3 * len(values)))
        axes = figure.add_subplot()
        longest = max(values.values(), default=0.0) or 1.0
        axes.barh(range(len(values)), list(values.values()), height=0.62, color=COLORS[color])
        for row, (label, value) in enumerate(values.items()):
            axes.text(value + 0.012 * longest, row, spoken[label], va="center", ha="left", fontsize=9.5)
        axes.set_yticks(range(len(values)), [short(label) for label in values])
        axes.set_ylim(len(values) - 0.4, -0.6)
        axes.set_xlim(0, 1.28 * longest)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(xlabel)
        return inline_svg(figure, name, f"{xlabel}: " + "; ".join(f"{label} {spoken[label]}" for label in values) + ".")


def distances_plot(minted: Sequence[float], real: Sequence[float], threshold: float | None) -> str:
    """How far minted rows are from their nearest real row, against how far real rows are from each other."""
    with drawing():
        figure = Figure(figsize=(WIDTH, 2.6))
        axes = figure.add_subplot()
        pooled = np.asarray([*minted, *real], dtype=np.float64)
        farthest = float(np.quantile(pooled, 0.995)) * 1.05 or 1.0  # a few outliers must not squeeze the rest
        edges = np.linspace(0.0, farthest, 31)
        groups = ((real, "real to nearest other real", "blue", "-"), (minted, "minted to nearest real", "orange", "--"))
        for values, label, color, style in groups:
            if len(values):
                shares = np.histogram(np.minimum(values, farthest), edges)[0] / len(values) * 100
                axes.stairs(shares, edges, color=COLORS[color], ls=style, lw=1.8, label=label)
        if threshold is not None:
            axes.axvline(threshold, color=COLORS["red"], lw=1.2, ls=":", label="closer than this is suspicious")
        axes.set_xlabel("distance to the nearest real training row (feature space)")
        axes.set_ylabel("share of rows (%)")
        figure.legend(loc="outside lower left", ncols=2, handlelength=1.8, columnspacing=1.2)
        spoken = "Histogram of the distance to the nearest real training row, minted rows against real rows."
        return inline_svg(figure, "distances", spoken)
