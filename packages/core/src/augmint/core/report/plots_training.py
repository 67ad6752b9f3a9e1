"""Curves of the adversarial training: one small plot a group of figures, with the roll-backs marked."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from augmint.core.report.curves import Panel
from augmint.core.report.svg import COLORS, drawing, inline_svg

_STYLES = (("blue", "-"), ("orange", "--"), ("green", "-."), ("purple", ":"))


def panel_plot(panel: Panel, name: str, events: Sequence[int] = ()) -> str:
    """One group of curves over optimiser steps.

    Args:
        panel: the curves and their labels.
        name: unique on the page.
        events: steps at which training was rolled back, drawn as vertical lines.
    """
    with drawing():
        figure = Figure(figsize=(4.3, 2.7))
        axes = figure.add_subplot()
        for curve, (color, style) in zip(panel.curves, _STYLES):
            marker = "o" if len(curve.steps) < 25 else ""
            axes.plot(curve.steps, curve.values, ls=style, color=COLORS[color], label=curve.label, lw=1.5, marker=marker, ms=3.5)
        for step in events:
            axes.axvline(step, color=COLORS["red"], lw=1, ls=":", label="rolled back" if step == events[0] else "_")
        finite = [value for curve in panel.curves for value in curve.values if math.isfinite(value)]
        limits, cut = _limits(finite, panel.from_zero)
        axes.set_ylim(*limits)
        axes.set_xlabel("optimiser step")
        axes.set_ylabel(panel.ylabel)
        axes.set_title(panel.title + (" (peaks cut off)" if cut else ""), loc="left")
        if len(panel.curves) + bool(events) > 1:
            width = sum(len(curve.label) for curve in panel.curves) + 12 * bool(events)
            figure.legend(loc="outside lower left", ncols=3 if width < 46 else 2, handlelength=1.8, columnspacing=1.2,
                          labelspacing=0.25)
        last = ", ".join(f"{curve.label} {curve.values[-1]:.3g}" for curve in panel.curves)
        return inline_svg(figure, name, f"{panel.title} over optimiser steps; at the end {last}.")


def _limits(values: Sequence[float], from_zero: bool) -> tuple[tuple[float, float], bool]:
    """Ends of the axis, and whether peaks reach past it: one exploded loss must not flatten all the rest."""
    low, high = float(min(values)), float(max(values))
    near_low, near_high = (float(end) for end in np.quantile(values, (0.02, 0.98)))
    reach = max(near_high - near_low, 1e-12)
    cut = len(values) >= 20 and max(high - near_high, near_low - low) > 4 * reach
    if cut:
        low, high = max(low, near_low - reach), min(high, near_high + reach)
    margin = 0.06 * (high - low) or 0.05 * abs(high) or 0.05
    return (0.0 if from_zero and low >= 0 else low - margin, high + margin), cut
