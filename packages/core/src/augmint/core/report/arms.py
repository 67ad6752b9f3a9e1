"""The arms beside each other and what the run cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from augmint.core.report import plots, wording
from augmint.core.report.data import ReportData
from augmint.core.report.verdict import difference_between, scored_arms

BASELINES = ("standard", "original")
STAGES = {
    "inspect": "inspect the data", "judge": "train the judge", "train": "train the generator", "search": "search for a policy",
    "mint": "mint and filter", "finetune": "fine-tune the arms", "compare": "score on test", "report": "write this page",
}


def arms_context(data: ReportData) -> dict[str, Any] | None:
    """The plot of the arms, the table of differences and the scores by seed."""
    comparison, metric = data.comparison, data.metric
    arms = scored_arms(comparison)
    if not arms:
        return None
    use = (comparison.get("verdict") or {}).get("use")
    scores = {arm: [wording.number(float(score), metric.decimals) for score in entry.get("scores", ())]
              for arm, entry in arms.items()}
    return {
        "plot": Markup(plots.arms_plot(arms, metric, chosen=use)),
        "rows": [_row(data, arm, entry, use) for arm, entry in arms.items()],
        "baselines": [name for name in BASELINES if name in arms], "controls": _controls(data), "covers": _covers(arms),
        "details": _details(data, arms), "outputs": {"note": "", "signatures": {}, **(comparison.get("outputs") or {})},
        "steps": comparison.get("steps"), "seeds": _seeds(data, max(map(len, scores.values()))), "per_seed": list(scores.items()),
        "validation": any(entry.get("validation") for entry in arms.values()),
        "unit": metric.unit, "metric": str(metric), "better": "Higher" if metric.greater_is_better else "Lower",
    }


def _row(data: ReportData, arm: str, entry: Mapping[str, Any], use: str | None) -> dict[str, Any]:
    metric, validation = data.metric, entry.get("validation") or {}
    measured = isinstance(validation.get("mean"), (int, float))
    twin = (data.comparison.get("same") or {}).get(arm)
    note = wording.SAME_ARM.format(twin) if twin else data.arm_notes.get(arm) or wording.ARM_NOTES.get(arm, "")
    return {"arm": arm, "note": note, "chosen": arm == use,
            "mean": wording.score(float(entry["mean"]), metric),
            "interval": wording.interval(entry["ci95"][0], entry["ci95"][1], metric) if entry.get("ci95") else "",
            "gaps": {baseline: _gap(data, arm, baseline) for baseline in BASELINES},
            "validation": wording.score(float(validation["mean"]), metric) if measured else "not measured"}


def _gap(data: ReportData, arm: str, baseline: str) -> dict[str, str]:
    entry = difference_between(data.comparison, arm, baseline)
    if entry is None:
        return {"text": "–", "interval": "", "standing": ""}
    ci95 = entry.get("ci95")
    return {"text": wording.difference({"mean": entry["mean"]}, data.metric), "standing": wording.standing(entry, data.metric),
            "interval": wording.interval(ci95[0], ci95[1], data.metric) if ci95 else ""}


def _controls(data: ReportData) -> list[dict[str, str]]:
    """Differences against anything but the two baselines: minted rows against their control."""
    found = []
    for name in data.comparison.get("differences") or {}:
        arm, _, other = name.partition(" - ")
        if other and other not in BASELINES and difference_between(data.comparison, arm, other) is not None:
            found.append({"arm": arm, "other": other, **_gap(data, arm, other)})
    return found


def _details(data: ReportData, arms: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    """Further figures by arm: names, and a row an arm."""
    names = list(dict.fromkeys(name for entry in arms.values() for name in entry.get("details") or {}))
    rows = [(arm, [wording.number(entry["details"][name], 3 if name.startswith("p of") else 2) if name in entry["details"] else "–"
                   for name in names]) for arm, entry in arms.items() if entry.get("details")]
    return {"names": names, "rows": rows} if names else None


def _covers(arms: Mapping[str, Mapping[str, Any]]) -> str:
    """What the intervals allow for, where `compare` says so."""
    kinds = {str(entry["covers"]) for entry in arms.values() if entry.get("covers")}
    return kinds.pop() if len(kinds) == 1 else ""


def _seeds(data: ReportData, length: int) -> list[str]:
    """Heads of the per-seed columns: the seeds where they are known, the number of the run otherwise."""
    known = data.comparison.get("seeds")
    if isinstance(known, (list, tuple)) and len(known) == length:
        return [f"seed {seed}" for seed in known]
    return [f"run {run}" for run in range(1, length + 1)]


def cost_context(data: ReportData) -> dict[str, Any] | None:
    """The time of every stage as a bar."""
    cost = {STAGES.get(stage, str(stage)): float(seconds) for stage, seconds in (data.comparison.get("cost") or {}).items()}
    if not cost:
        return None
    long = max(cost.values()) >= 600
    bars = {stage: seconds / 60 if long else seconds for stage, seconds in cost.items()}
    spoken = {stage: wording.duration(seconds) for stage, seconds in cost.items()}
    label = "minutes of computing" if long else "seconds of computing"
    return {"plot": Markup(plots.bars_plot(bars, "cost", xlabel=label, spoken=spoken)),
            "total": wording.duration(sum(cost.values())), "dearest": max(cost, key=lambda stage: cost[stage])}
