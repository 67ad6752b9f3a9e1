"""The verdict in words: the headline, what the test split says of it, and the figures to remember."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augmint.core.interfaces import Metric
from augmint.core.report import wording
from augmint.core.report.data import ReportData

Arms = dict[str, Mapping[str, Any]]
_LABELS = {"better": ("use", "Use it"), "open": ("leave", "Not proven"),
           "equal": ("leave", "Not proven"), "worse": ("leave", "Do not use it")}


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
    arms, verdict = scored_arms(comparison), comparison.get("verdict")
    if not verdict:
        return {"headline": "No verdict yet: the arms have not been compared.", "tone": "open", "label": "Not decided",
                "evidence": "", "reason": "", "reach": "", "tiles": _time_tile(comparison)}
    use = verdict.get("use")
    subject = evidence_arm(arms, metric, use, verdict.get("subject"))
    baseline = None if subject is None else _baseline(comparison, subject)
    gap = difference_between(comparison, subject, baseline) if subject and baseline else None
    standing = "better" if gap is None else wording.standing(gap, metric)
    tone, label = _LABELS[standing] if wording.recommends(use) else ("leave", "Do not use it")
    return {"headline": wording.headline(use, standing), "tone": tone, "label": label, "reason": str(verdict.get("reason") or ""),
            "evidence": "" if subject is None else _evidence(arms, metric, subject, baseline, gap, subject == use),
            "reach": _reach(verdict.get("resolution"), metric),
            "tiles": [*_score_tiles(comparison, arms, metric, subject), *_time_tile(comparison)]}


def evidence_arm(arms: Arms, metric: Metric, use: str | None, subject: str | None = None) -> str | None:
    """The arm the evidence is about: the chosen one, the verdict's subject, or the best on validation of those augmint made."""
    if wording.recommends(use) and use in arms:
        return use
    if subject in arms:
        return subject
    made = [arm for arm in arms if wording.recommends(arm)]
    sign = 1 if metric.greater_is_better else -1
    ranked = [arm for arm in made if isinstance((arms[arm].get("validation") or {}).get("mean"), (int, float))]
    if ranked:
        return max(ranked, key=lambda arm: sign * float(arms[arm]["validation"]["mean"]))
    return "policy+minted" if "policy+minted" in made else next(iter(made), None)


def _baseline(comparison: Mapping[str, Any], subject: str) -> str | None:
    return next((name for name in ("standard", "original") if difference_between(comparison, subject, name)), None)


def _evidence(arms: Arms, metric: Metric, subject: str, baseline: str | None, gap: Mapping[str, Any] | None, chosen: bool) -> str:
    score = f"{wording.score(float(arms[subject]['mean']), metric)} {metric}"
    who = f"“{subject}”" if chosen else f"the strongest candidate, “{subject}”,"
    lead = f"On the test split, {who} scores {score}"
    if gap is None:
        return f"{lead}; there is no baseline beside it."
    against = "standard augmentation" if baseline == "standard" else "no augmentation"
    end = {"better": "better, and the interval is clear of 0", "worse": "worse, and the interval is clear of 0",
           "open": "the interval holds 0, so this test does not settle which is better",
           "equal": "they score the same in every run"}[wording.standing(gap, metric)]
    if not gap.get("ci95"):
        end = "without repeats there is no interval, so it may be chance"
    lower = "" if metric.greater_is_better else " (lower is better)"
    return f"{lead}, {wording.difference(gap, metric)} against {against}{lower}: {end}."


def _reach(resolution: float | None, metric: Metric) -> str:
    """What the choice could have seen at all."""
    if not resolution:
        return ""
    amount = f"{wording.number(resolution, metric.decimals)} {wording.difference_unit(metric)}".strip()
    return f"With this validation split and so many seeds, a gain below about {amount} cannot be told from chance."


def _score_tiles(comparison: Mapping[str, Any], arms: Arms, metric: Metric, subject: str | None) -> list[dict[str, str]]:
    """The few figures to remember: label, value, note."""
    if subject is None:
        return []
    tiles = [{"label": f"{metric}, {subject}", "value": wording.score(float(arms[subject]["mean"]), metric),
              "note": _interval_note(arms[subject], metric)}]
    for baseline, name in (("standard", "against standard"), ("original", "against original")):
        gap = difference_between(comparison, subject, baseline)
        if gap is not None:
            unit = wording.difference_unit(metric)
            value = wording.signed(float(gap["mean"]), metric) + (f" {unit}" if unit else "")
            tiles.append({"label": name, "value": value, "note": _interval_note(gap, metric)})
    return tiles


def _time_tile(comparison: Mapping[str, Any]) -> list[dict[str, str]]:
    seconds = sum(float(value) for value in (comparison.get("cost") or {}).values())
    return [{"label": "computing time in all", "value": wording.duration(seconds), "note": ""}] if seconds else []


def _interval_note(entry: Mapping[str, Any], metric: Metric) -> str:
    ci95 = entry.get("ci95")
    return f"95 % interval {wording.interval(ci95[0], ci95[1], metric)}" if ci95 else "one run, no interval"
