"""Curves of the adversarial training: one small plot a group of figures, with the roll-backs marked."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.figure import Figure

from augmint.core.report.curves import Panel
from augmint.core.report.svg import COLORS, drawing, inline_svg

_STYLES = (("blue", "-"), ("orange", "--"), ("green", "-."), ("purple", ":"), ("red", "-"), ("sky", "--"))


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
            few = len(curve.steps) < 25
            axes.plot(curve.steps, curve.values, ls=style, color=COLORS[color], label=curve.label, lw=1.5,
                      marker="o" if few else "", ms=3.5)
        for step in events:
            axes.axvline(step, color=COLORS["red"], lw=1, ls=":", label="rolled back" if step == events[0] else "_")
        top = [value for curve in panel.curves for value in curve.values if math.isfinite(value)]
        if panel.from_zero and top and min(top) >= 0:
            axes.set_ylim(bottom=0)
        axes.set_xlabel("optimiser step")
        axes.set_ylabel(panel.ylabel)
        axes.set_title(panel.title, loc="left")
        if len(panel.curves) + bool(events) > 1:
            axes.legend(ncols=2 if len(panel.curves) > 3 else 1, handlelength=1.8, labelspacing=0.25)
        last = ", ".join(f"{curve.label} ends at {curve.values[-1]:.3g}" for curve in panel.curves)
        return inline_svg(figure, name, f"{panel.title} over optimiser steps: {last}.")
