"""The report's plots: small, the same every time, in the page's colours, whatever the user's matplotlib is set to."""

from __future__ import annotations

import math
import re
import sys
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from augmint.core.report.curves import POINTS, panels, rollbacks
from augmint.core.report.plots import arms_plot, bars_plot, distances_plot
from augmint.core.report.plots_search import search_plot
from augmint.core.report.plots_training import panel_plot
from augmint.core.report.svg import COLORS, drawing, inline_svg

sys.path.insert(0, str(Path(__file__).parent))
from report_sample import ACCURACY, comparison, long_log, train_log, trials


def test_a_users_style_neither_changes_the_plots_nor_is_changed() -> None:
    plain = arms_plot(comparison()["arms"], ACCURACY, chosen="policy+minted")
    with matplotlib.rc_context({"font.size": 30, "axes.grid": False, "svg.hashsalt": None, "axes.facecolor": "red"}):
        assert arms_plot(comparison()["arms"], ACCURACY, chosen="policy+minted") == plain
        assert matplotlib.rcParams["font.size"] == 30


def test_plots_follow_the_page_colours_and_hold_no_ids_of_others() -> None:
    first = bars_plot({"a": 1.0}, "first", xlabel="seconds", spoken={"a": "1 s"})
    second = bars_plot({"a": 1.0}, "second", xlabel="seconds", spoken={"a": "1 s"})
    for plot in (first, second):
        assert "var(--blue)" in plot
        assert not any(color in plot for color in COLORS.values())
        assert not re.search("<[?]xml|<metadata|<style", plot)
        assert not re.search(r"#[0-9a-f]{6}", plot), "a colour that dark mode cannot change"
    ids = [set(re.findall(r' id="([^"]+)"', plot)) for plot in (first, second)]
    assert not ids[0] & ids[1]


def test_a_page_of_plots_is_small() -> None:
    plots = [panel_plot(panel, f"p{at}") for at, panel in enumerate(panels(long_log()))]
    assert len(plots) == 6
    assert max(map(len, plots)) < 40_000
    assert len(search_plot(trials() * 10, "accuracy")) < 60_000


def test_labels_with_formula_signs_and_tags_are_plain_text() -> None:
    plot = bars_plot({"$\\frac{a}$ <b>": 1.0}, "x", xlabel="a & b", spoken={"$\\frac{a}$ <b>": "1"})
    assert "$\\frac{a}$ &lt;b&gt;" in plot
    assert "<b>" not in plot


def test_the_chosen_arm_is_told_apart_by_shape_as_well_as_colour() -> None:
    with_choice = arms_plot(comparison()["arms"], ACCURACY, chosen="policy")
    without = arms_plot(comparison()["arms"], ACCURACY, chosen=None)
    assert "var(--orange)" in with_choice
    assert "var(--orange)" not in without
    assert "policy+minted 92.0 %" in with_choice


def test_arms_without_interval_or_scores_are_drawn() -> None:
    assert "<svg" in arms_plot({"a": {"mean": 1.0, "ci95": None}}, ACCURACY, chosen=None)


def test_a_search_without_a_finished_trial_is_drawn() -> None:
    only = [{"trial": at, "name": None, "status": status, "value": None} for at, status in enumerate(("failed", "pruned"))]
    assert "best so far" not in search_plot(only, "x").split("</title>")[1]


def test_equal_distances_are_drawn() -> None:
    assert "<svg" in distances_plot([0.0, 0.0], [0.0], None)
    assert "suspicious" in distances_plot([1.0, 2.0], [], 0.5)


def test_curves_break_where_training_went_back() -> None:
    losses = panels(train_log())[0].curves[0]
    breaks = [at for at, value in enumerate(losses.values) if math.isnan(value)]
    assert len(breaks) == 1
    assert (losses.steps[breaks[0] - 1], losses.steps[breaks[0] + 1]) == (300, 210)
    assert [(event.step, event.to) for event in rollbacks(train_log())] == [(300, 200)]


def test_long_curves_are_averaged_not_sampled() -> None:
    log = [{"step": step, "discriminator_loss": float(step % 2)} for step in range(10 * POINTS)]
    curve = panels(log)[0].curves[0]
    assert len(curve.steps) == POINTS
    assert set(curve.values) == {0.5}
    assert curve.steps[-1] == 10 * POINTS - 1


def test_an_exploded_loss_does_not_flatten_the_rest() -> None:
    log = [{"step": step, "discriminator_loss": 1.0 + 0.01 * (step % 7) + (1e6 if step == 50 else 0)} for step in range(100)]
    plot = panel_plot(panels(log)[0], "x")
    assert "peaks cut off" in plot
    ticks = [float(text) for text in re.findall(r">(\d+\.\d+)</text>", plot)]
    assert ticks
    assert max(ticks) < 2


def test_figures_that_are_no_numbers_are_left_out() -> None:
    log = [{"step": 1, "discriminator_loss": None, "generator_loss": float("nan"), "frechet": True}]
    assert panels(log) == []


def test_the_description_is_escaped_and_read_aloud() -> None:
    with drawing():
        plot = inline_svg(Figure(figsize=(1, 1)), "x", 'a "b" <c>')
    assert 'aria-label="a &quot;b&quot; &lt;c&gt;"' in plot


def test_a_single_measurement_draws_no_curve() -> None:
    assert panels([{"step": 600, "event": "evaluate", "frechet": 57.0, "precision": 0.1}]) == []
