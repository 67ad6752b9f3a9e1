"""The search trace: score by trial, the best so far, the baselines, pruned and failed trials."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from augmint.core.report.plots import WIDTH
from augmint.core.report.svg import COLORS, drawing, inline_svg

_MARKS = {"pruned": ("|", "muted", "stopped early"), "failed": ("x", "red", "failed")}
_LABEL = 32  # characters beside an axis of this height


def search_plot(trials: Sequence[Mapping[str, Any]], label: str) -> str:
    """Objective by trial.

    Args:
        trials: normal-form trials (see `trials_from_journal`), in order, at least one; a value of None is a trial without a score.
        label: the axis label, saying what the score is.
    """
    with drawing():
        figure = Figure(figsize=(WIDTH, 3.1))
        axes = figure.add_subplot()
        finished = [trial for trial in trials if trial["status"] == "finished" and trial["value"] is not None]
        plain = [trial for trial in finished if not trial.get("name")]
        named = [trial for trial in finished if trial.get("name")]
        best = best_so_far(finished)
        last = max(int(trial["trial"]) for trial in trials)
        if best:
            steps, values = [*(at for at, _ in best), last], [*(value for _, value in best), best[-1][1]]
            axes.step(steps, values, where="post", color=COLORS["green"], lw=1.8, label="best so far")
        for group, marker, color, word in ((plain, "o", "blue", "tried by the search"), (named, "D", "orange", "starting point")):
            if group:
                axes.plot([trial["trial"] for trial in group], [trial["value"] for trial in group], marker, color=COLORS[color],
                          ms=6, mec=COLORS["paper"], mew=0.8, ls="none", label=word)
        _standard(axes, named, last)
        _unfinished(axes, trials)
        axes.set_xlim(-0.7, last + 0.7)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.margins(y=0.12)
        axes.set_xlabel("trial")
        axes.set_ylabel(textwrap.fill(label, _LABEL))
        figure.legend(loc="outside lower left", ncols=3, handletextpad=0.4, columnspacing=1.4, labelspacing=0.3)
        spoken = f"{label} of {len(finished)} finished trials in the order they were tried, with the best so far."
        return inline_svg(figure, "search", spoken)


def best_so_far(finished: Sequence[Mapping[str, Any]]) -> list[tuple[int, float]]:
    """(trial, best value up to it); the search maximises.

    Example:
        >>> best_so_far([{"trial": 0, "value": 1.0}, {"trial": 2, "value": 0.5}, {"trial": 3, "value": 2.0}])
        [(0, 1.0), (2, 1.0), (3, 2.0)]
    """
    best: list[tuple[int, float]] = []
    for trial in finished:
        value = float(trial["value"])
        best.append((int(trial["trial"]), value if not best else max(value, best[-1][1])))
    return best


def _standard(axes: Axes, named: Sequence[Mapping[str, Any]], last: int) -> None:
    """A line at the baseline to beat."""
    value = next((float(trial["value"]) for trial in named if trial["name"] == "standard"), None)
    if value is not None:
        axes.plot([-0.7, last + 0.7], [value, value], color=COLORS["orange"], lw=1.1, ls=(0, (4, 3)), zorder=0.5, label="standard")


def _unfinished(axes: Axes, trials: Sequence[Mapping[str, Any]]) -> None:
    """Trials without a comparable score stand on the lower edge: their cheap scores are on another scale."""
    for status, (marker, color, word) in _MARKS.items():
        at = [trial["trial"] for trial in trials if trial["status"] == status]
        if at:
            axes.plot(at, [0.025] * len(at), marker, transform=axes.get_xaxis_transform(), color=COLORS[color], ms=7, mew=1.5,
                      ls="none", label=word, clip_on=False)
