"""From `ReportData` to what the template prints: every part is a dict, or None where it was not measured."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from markupsafe import Markup

from augmint.core.report import plots, wording
from augmint.core.report.curves import panels, rollbacks
from augmint.core.report.data import ReportData
from augmint.core.report.fragment import guarded
from augmint.core.report.plots_search import search_plot
from augmint.core.report.plots_training import panel_plot
from augmint.core.report.policy_words import policy_sentences
from augmint.core.report.trials import best_trial
from augmint.core.report.verdict import arms_context, cost_context, verdict_context

SAMPLES_PER_CLASS = 8
CLASSES_SHOWN = 20
PAIRS_SHOWN = 12
REJECTED_SHOWN = 16
PREVIEW_BYTES = 1_600_000
"""All previews of a page together; plots and text take a few hundred kilobytes more."""

FILTER_WORDS = {
    "agreement": "the judge does not see the intended label", "label": "the judge does not see the intended label",
    "consistency": "the judge does not see the intended label", "discriminator": "looks least real to the discriminator",
    "quantile": "looks least real to the discriminator", "duplicate": "repeats another minted row", "memor": "too close to a real training row",
    "invalid": "cannot be used as a row", "finite": "holds values that are not numbers",
}

QUALITY_WORDS = {
    "fd": ("Fréchet distance", "distance between the feature clouds of real and generated rows; lower is better, 0 is equal"),
    "fid": ("Fréchet inception distance", "as the Fréchet distance, in Inception features; lower is better"),
    "kid": ("Kernel distance", "unbiased distance of the feature distributions; lower is better, can fall slightly below 0"),
    "precision": ("Precision", "share of generated rows that lie where real rows are; higher is better"),
    "recall": ("Recall", "share of real rows that the generator reaches; higher is better"),
    "density": ("Density", "how densely real rows surround the generated ones; about 1 is ideal"),
    "coverage": ("Coverage", "share of real rows with a generated row in their neighbourhood; higher is better"),
    "tstr": ("Trained on generated, tested on real", "score of a model that saw generated rows only"),
    "agreement": ("Label agreement", "share of generated rows in which the judge sees the intended label"),
}


class _Previews:
    """Hands out previews until the page's budget is spent."""

    def __init__(self, budget: int) -> None:
        self.left, self.dropped = budget, 0

    def take(self, fragments: Iterable[str], limit: int) -> list[Markup]:
        kept: list[Markup] = []
        for fragment in fragments:
            if len(kept) == limit:
                break
            size = len(fragment.encode())
            if size > self.left:
                self.dropped += 1
                continue
            self.left -= size
            kept.append(guarded(fragment))
        return kept


def page_context(data: ReportData) -> dict[str, Any]:
    """Everything that page.html.j2 names."""
    previews = _Previews(PREVIEW_BYTES)
    return {
        "data": data, "verdict": verdict_context(data), "arms": arms_context(data), "cost": cost_context(data), "search": _search(data),
        "policy": _policy(data), "training": _training(data), "quality": _quality(data), "neighbours": _neighbours(data, previews),
        "filtering": _filtering(data, previews), "samples": _samples(data, previews), "pseudo": _pseudo(data),
        "splits": [(name, wording.count(rows, "row")) for name, rows in data.splits.items()], "warnings": _warnings(data),
        "seeds": [(name, _plain(value)) for name, value in data.seeds.items()],
    }


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _search(data: ReportData) -> dict[str, Any] | None:
    if not data.trials:
        return None
    tally = {status: sum(trial["status"] == status for trial in data.trials) for status in ("finished", "pruned", "failed")}
    best = best_trial(data.trials)
    importance = {name: float(share) for name, share in (data.importance or {}).items()}
    ranked = dict(sorted(importance.items(), key=lambda item: -item[1])[:12])
    bars = plots.bars_plot({name.replace("_", " "): 100 * share for name, share in ranked.items()}, "importance",
                           xlabel="share of the objective's variation explained (%)", color="purple",
                           spoken={name.replace("_", " "): wording.percent(share, 0) for name, share in ranked.items()}) if ranked else ""
    return {
        "plot": Markup(search_plot(data.trials, data.objective or "objective (higher is better)")), "total": len(data.trials), "tally": tally,
        "best": None if best is None else {"trial": best["trial"], "name": best.get("name"), "value": wording.number(best["value"], 3)},
        "baselines": [{"name": trial["name"], "value": "no score" if trial["value"] is None else wording.number(trial["value"], 3)}
                      for trial in data.trials if trial.get("name")],
        "importance": Markup(bars), "omitted": max(0, len(importance) - len(ranked)),
    }


def _policy(data: ReportData) -> dict[str, Any] | None:
    if data.policy is None:
        return None
    return {"sentences": list(data.policy_words) or policy_sentences(data.policy), "json": json.dumps(data.policy, indent=2, ensure_ascii=False)}


def _training(data: ReportData) -> dict[str, Any] | None:
    events = rollbacks(data.train_log)
    found = panels(data.train_log)
    if not found and not events:
        return None
    steps = [step for step, _ in events]
    return {"plots": [Markup(panel_plot(panel, f"training{at}", steps)) for at, panel in enumerate(found)],
            "events": [{"step": f"{step:,}", "reason": reason} for step, reason in events],
            "last": max((entry["step"] for entry in data.train_log if isinstance(entry.get("step"), int)), default=0)}


def _quality(data: ReportData) -> list[dict[str, str]]:
    rows = []
    for name, value in data.quality.items():
        title, meaning = QUALITY_WORDS.get(name.lower(), (name.replace("_", " "), ""))
        rows.append({"name": title, "value": wording.number(float(value), 3), "meaning": meaning})
    return rows


def _samples(data: ReportData, previews: _Previews) -> dict[str, Any] | None:
    classes = [group for group in data.samples if group.real or group.minted]
    if not classes:
        return None
    shown = classes[:CLASSES_SHOWN]
    limit = SAMPLES_PER_CLASS if len(shown) > 2 else 2 * SAMPLES_PER_CLASS
    rows = []
    for at, group in enumerate(shown):
        share = previews.left // (len(shown) - at)
        purse = _Previews(share)
        rows.append({"name": group.name, "real": purse.take(group.real, limit), "minted": purse.take(group.minted, limit)})
        previews.left -= share - purse.left
        previews.dropped += purse.dropped
    return {"classes": rows, "omitted": len(classes) - len(shown), "dropped": previews.dropped, "named": any(row["name"] for row in rows)}


def _neighbours(data: ReportData, previews: _Previews) -> dict[str, Any] | None:
    found = data.neighbours
    if found is None:
        return None
    pairs = []
    for pair in sorted(found.pairs, key=lambda pair: pair.distance)[:PAIRS_SHOWN]:
        both = previews.take([pair.minted, pair.real], 2) if previews.left > len(data.samples) * 2000 else []
        if len(both) == 2:
            pairs.append({"minted": both[0], "real": both[1], "distance": wording.number(pair.distance, 3), "label": pair.label})
    drawn = len(found.minted_distances) > 1 and max(found.minted_distances) > 0
    return {"share": None if found.share_closer is None else wording.percent(found.share_closer),
            "real_share": None if found.real_share is None else wording.percent(found.real_share),
            "checked": wording.count(found.checked, "minted row") if found.checked else "", "pairs": pairs,
            "threshold": None if found.threshold is None else wording.number(found.threshold, 3),
            "plot": Markup(plots.distances_plot(found.minted_distances, found.real_distances, found.threshold)) if drawn else Markup("")}


def _filtering(data: ReportData, previews: _Previews) -> dict[str, Any] | None:
    found = data.filtering
    if found is None:
        return None
    made = max(found.made, 1)
    examples = []
    for sample in _spread(found.examples, REJECTED_SHOWN):
        preview = previews.take([sample.preview], 1)
        if preview:
            examples.append({"preview": preview[0], "reason": sample.reason, "label": sample.label})
    return {"made": f"{found.made:,}", "kept": f"{found.kept:,}", "share": wording.percent(found.kept / made),
            "filters": [{"name": name.replace("_", " "), "meaning": _filter_meaning(name), "count": f"{count:,}",
                         "share": wording.percent(count / made)} for name, count in found.by_filter.items()],
            "examples": examples}


def _filter_meaning(name: str) -> str:
    return next((words for key, words in FILTER_WORDS.items() if key in name.lower()), "")


def _spread(samples: Sequence[Any], limit: int) -> list[Any]:
    """Up to `limit` samples, taking the reasons in turn so that none crowds out the others."""
    by_reason: dict[str, list[Any]] = {}
    for sample in samples:
        by_reason.setdefault(sample.reason, []).append(sample)
    queues, picked = list(by_reason.values()), []
    while any(queues) and len(picked) < limit:
        for queue in queues:
            if queue and len(picked) < limit:
                picked.append(queue.pop(0))
    return sorted(picked, key=lambda sample: sample.reason)


def _pseudo(data: ReportData) -> dict[str, Any] | None:
    found = data.pseudo_labels
    if found is None:
        return None
    return {"unlabeled": wording.count(found.unlabeled, "unlabelled row"), "used": f"{found.used:,}",
            "share": wording.percent(found.used / max(found.unlabeled, 1)),
            "threshold": None if found.threshold is None else wording.percent(found.threshold, 0),
            "accuracy": None if found.accuracy is None else wording.percent(found.accuracy), "by_class": dict(found.by_class)}


def _warnings(data: ReportData) -> list[str]:
    """The pipeline's warnings and those that the training log tells of."""
    events = rollbacks(data.train_log)
    told = [f"Adversarial training was rolled back {wording.count(len(events), 'time')}; see the training curves."] if events else []
    return [*data.warnings, *([] if any("roll" in warning.lower() for warning in data.warnings) else told)]
