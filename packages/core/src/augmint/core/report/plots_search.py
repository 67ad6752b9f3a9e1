"""The search trace: score by trial, the best so far, the baselines by name, pruned and failed trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from augmint.core.report.plots import WIDTH
from augmint.core.report.svg import COLORS, drawing, inline_svg

_MARKS = {"pruned": ("|", "muted", "stopped early"), "failed": ("x", "red", "failed")}


def search_plot(trials: Sequence[Mapping[str, Any]], label: str) -> str:
    """Objective by trial.

    Args:
        trials: normal-form trials (see `trials_from_journal`), in order; a value of None is a trial without a score.
        label: the axis label, saying what the score is.
    """
    with drawing():
        figure = Figure(figsize=(WIDTH, 3.1))
        axes = figure.add_subplot()
        finished = [trial for trial in trials if trial["status"] == "finished" and trial["value"] is not None]
        plain = [trial for trial in finished if not trial.get("name")]
        named = [trial for trial in finished if trial.get("name")]
        best = _best_so_far(finished)
        axes.step([at for at, _ in best], [value for _, value in best], where="post", color=COLORS["green"], lw=1.8, label="best so far")
        for group, marker, color, word in ((plain, "o", "blue", "tried by the search"), (named, "D", "orange", "baseline")):
            if group:
                axes.plot([t["trial"] for t in group], [t["value"] for t in group], marker, color=COLORS[color], ms=6,
                          mec=COLORS["paper"], mew=0.8, ls="none", label=word)
        for trial in named:
            axes.annotate(str(trial["name"]), (trial["trial"], trial["value"]), xytext=(5, -11), textcoords="offset points", fontsize=8.5)
        _mark_unfinished(axes, trials)
        last = max(int(trial["trial"]) for trial in trials)
        axes.set_xlim(-0.7, last + 0.7)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.margins(y=0.12)
        axes.set_xlabel("trial")
        axes.set_ylabel(label)
        figure.legend(loc="outside upper left", ncols=5, handletextpad=0.3, columnspacing=1.2)
        return inline_svg(figure, "search", f"{label} of {len(finished)} finished trials in the order they were tried, with the best so far.")


def _best_so_far(finished: Sequence[Mapping[str, Any]]) -> list[tuple[int, float]]:
    """(trial, best value up to it); the search maximises."""
    best: list[tuple[int, float]] = []
    for trial in finished:
        value = float(trial["value"])
        best.append((int(trial["trial"]), value if not best else max(value, best[-1][1])))
    return best


def _mark_unfinished(axes: Axes, trials: Sequence[Mapping[str, Any]]) -> None:
    """Trials without a comparable score stand on the lower edge: their cheap scores are on another scale."""
    for status, (marker, color, word) in _MARKS.items():
        at = [trial["trial"] for trial in trials if trial["status"] == status]
        if at:
            axes.plot(at, [0.02] * len(at), marker, transform=axes.get_xaxis_transform(), color=COLORS[color], ms=7, mew=1.5,
                      ls="none", label=word, clip_on=False)
