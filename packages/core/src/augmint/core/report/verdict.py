"""The verdict, the arms and what they cost: the part of the page that a decision is made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from augmint.core.interfaces import Metric
from augmint.core.report import plots, wording
from augmint.core.report.data import ReportData

Arms = dict[str, Mapping[str, Any]]


def scored_arms(comparison: Mapping[str, Any]) -> Arms:
    """The arms that have a mean score."""
    return {arm: entry for arm, entry in (comparison.get("arms") or {}).items() if isinstance(entry.get("mean"), (int, float))}


def difference_between(comparison: Mapping[str, Any], arm: str, baseline: str) -> Mapping[str, Any] | None:
    """The measured paired difference `arm - baseline`, or None."""
    entry = (comparison.get("differences") or {}).get(f"{arm} - {baseline}")
    return entry if isinstance(entry, Mapping) and isinstance(entry.get("mean"), (int, float)) else None


def verdict_context(data: ReportData) -> dict[str, Any]:
    """Headline, tone, evidence on the test split, the reason given by `compare` and the key figures."""
    comparison, metric = data.comparison, data.metric
    arms = scored_arms(comparison)
    verdict = comparison.get("verdict")
    if not verdict:
        return {"headline": "No verdict yet: the arms have not been compared.", "tone": "open", "label": "Not decided", "evidence": "",
                "reason": "", "tiles": []}
    use = verdict.get("use")
    good = wording.recommends(use)
    return {"headline": wording.headline(use), "tone": "use" if good else "leave", "label": "Use it" if good else "Do not use it",
            "evidence": _evidence(comparison, arms, metric, use), "reason": str(verdict.get("reason") or ""),
            "tiles": _tiles(comparison, arms, metric, use)}


def _subject(arms: Arms, metric: Metric, use: str | None) -> str | None:
    """The arm the evidence is about: the chosen one, or the best (on validation) of those augmint made."""
    if wording.recommends(use) and use in arms:
        return use
    made = [arm for arm in arms if wording.recommends(arm)]
    sign = 1 if metric.greater_is_better else -1
    ranked = [arm for arm in made if isinstance((arms[arm].get("validation") or {}).get("mean"), (int, float))]
    if ranked:
        return max(ranked, key=lambda arm: sign * float(arms[arm]["validation"]["mean"]))
    return "policy+minted" if "policy+minted" in made else (made[0] if made else None)


def _evidence(comparison: Mapping[str, Any], arms: Arms, metric: Metric, use: str | None) -> str:
    subject = _subject(arms, metric, use)
    if subject is None:
        return ""
    baseline = next((name for name in ("standard", "original") if difference_between(comparison, subject, name)), None)
    lead = f"On the test split, “{subject}” scores {wording.score(float(arms[subject]['mean']), metric)} {metric.name}"
    if baseline is None:
        return f"{lead}; there is no baseline beside it."
    entry = difference_between(comparison, subject, baseline)
    assert entry is not None
    against = "standard augmentation" if baseline == "standard" else "no augmentation"
    end = {"better": "better, and the interval is clear of 0", "worse": "worse, and the interval is clear of 0",
           "open": "the interval holds 0, so this test does not settle which is better"}[wording.standing(entry, metric)]
    lower = "" if metric.greater_is_better else " (lower is better)"
    return f"{lead}: {wording.difference(entry, metric)} against {against}{lower}: {end}."


def _tiles(comparison: Mapping[str, Any], arms: Arms, metric: Metric, use: str | None) -> list[dict[str, str]]:
    """The few figures to remember: label, value, note."""
    subject = _subject(arms, metric, use)
    tiles = []
    if subject is not None:
        entry = arms[subject]
        ci95 = entry.get("ci95")
        tiles.append({"label": f"{metric.name} of “{subject}”", "value": wording.score(float(entry["mean"]), metric),
                      "note": f"95 % interval {wording.interval(ci95[0], ci95[1], metric)}" if ci95 else ""})
        for baseline, name in (("standard", "against standard augmentation"), ("original", "against no augmentation")):
            gap = difference_between(comparison, subject, baseline)
            if gap is not None:
                unit = wording.difference_unit(metric)
                tiles.append({"label": name, "value": wording.signed(float(gap["mean"]), metric) + (f" {unit}" if unit else ""),
                              "note": f"95 % interval {wording.interval(gap['ci95'][0], gap['ci95'][1], metric)}" if gap.get("ci95") else ""})
    seconds = sum(float(value) for value in (comparison.get("cost") or {}).values())
    if seconds:
        tiles.append({"label": "computing time, all stages", "value": wording.duration(seconds), "note": ""})
    return tiles


def arms_context(data: ReportData) -> dict[str, Any] | None:
    """The plot of the arms, the table of differences and the scores by seed."""
    comparison, metric = data.comparison, data.metric
    arms = scored_arms(comparison)
    if not arms:
        return None
    use = (comparison.get("verdict") or {}).get("use")
    seeds = _seeds(data, max(len(entry.get("scores", ())) for entry in arms.values()))
    return {
        "plot": Markup(plots.arms_plot(arms, metric, chosen=use)),
        "rows": [_arm_row(data, arm, entry, use) for arm, entry in arms.items()],
        "baselines": [name for name in ("standard", "original") if name in arms],
        "steps": comparison.get("steps"), "seeds": seeds, "validation": any(entry.get("validation") for entry in arms.values()),
        "per_seed": [(arm, [wording.number(float(value), metric.decimals) for value in entry.get("scores", ())]) for arm, entry in arms.items()],
        "unit": metric.unit, "metric": metric.name, "better": "Higher" if metric.greater_is_better else "Lower",
    }


def _seeds(data: ReportData, length: int) -> list[str]:
    """Heads of the per-seed columns: the seeds where they are known, their number otherwise."""
    for known in (data.comparison.get("seeds"), data.seeds.get("compare")):
        if isinstance(known, (list, tuple)) and len(known) == length:
            return [f"seed {seed}" for seed in known]
    return [f"run {run}" for run in range(1, length + 1)]


def _arm_row(data: ReportData, arm: str, entry: Mapping[str, Any], use: str | None) -> dict[str, Any]:
    metric, validation = data.metric, entry.get("validation") or {}
    gaps = {}
    for baseline in ("standard", "original"):
        gap = difference_between(data.comparison, arm, baseline)
        gaps[baseline] = ({"text": wording.difference(gap, metric), "standing": wording.standing(gap, metric)} if gap is not None
                          else {"text": "" if arm == baseline else "not measured", "standing": "none"})
    return {"arm": arm, "note": data.arm_notes.get(arm) or wording.ARM_NOTES.get(arm, ""), "chosen": arm == use,
            "mean": wording.score(float(entry["mean"]), metric),
            "interval": wording.interval(entry["ci95"][0], entry["ci95"][1], metric) if entry.get("ci95") else "", "gaps": gaps,
            "validation": wording.score(float(validation["mean"]), metric) if isinstance(validation.get("mean"), (int, float)) else "not measured"}


def cost_context(data: ReportData) -> dict[str, Any] | None:
    """Seconds by stage, as a bar and a table."""
    cost = {str(stage): float(seconds) for stage, seconds in (data.comparison.get("cost") or {}).items()}
    if not cost:
        return None
    total = sum(cost.values())
    spoken = {stage: wording.duration(seconds) for stage, seconds in cost.items()}
    long = max(cost.values()) >= 600
    bars = {stage: seconds / 60 if long else seconds for stage, seconds in cost.items()}
    return {"plot": Markup(plots.bars_plot(bars, "cost", xlabel="minutes of computing" if long else "seconds of computing", spoken=spoken)),
            "total": wording.duration(total), "dearest": max(cost, key=lambda stage: cost[stage])}
