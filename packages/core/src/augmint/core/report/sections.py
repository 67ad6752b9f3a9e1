"""From `ReportData` to what the template prints: every part is a dict or a list, empty or None where it was not measured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from augmint.core.report import plots, wording
from augmint.core.report.arms import arms_context, cost_context
from augmint.core.report.curves import panels, rollbacks
from augmint.core.report.data import ReportData
from augmint.core.report.fragment import guarded
from augmint.core.report.plots_search import search_plot
from augmint.core.report.plots_training import panel_plot
from augmint.core.report.policy_words import policy_sentences
from augmint.core.report.previews import filtering_context, neighbours_context, pseudo_context, samples_context
from augmint.core.report.trials import best_trial
from augmint.core.report.verdict import verdict_context

STATUSES = ("finished", "pruned", "failed")
DIMENSIONS_SHOWN, LEAST_SHARE = 12, 0.005

QUALITY_WORDS = {
    "frechet": ("Fréchet distance", "between the feature clouds of real and generated rows; lower is better, 0 is equal"),
    "kernel": ("kernel distance", "between the two feature distributions, unbiased; lower is better, may fall slightly below 0"),
    "precision": ("precision", "share of generated rows that lie where real rows are; higher is better"),
    "recall": ("recall", "share of real rows that the generator can reach; higher is better"),
    "density": ("density", "how densely real rows surround the generated ones; about 1 is ideal"),
    "coverage": ("coverage", "share of real rows with a generated row in their neighbourhood; higher is better"),
    "auc": ("AUC, real against generated", "how well a linear classifier tells them apart; 0.5 is not at all, 1 is always"),
}
_SIZES = ("n_real", "n_fake", "kernel_std")


def page_context(data: ReportData) -> dict[str, Any]:
    """Everything that page.html.j2 names."""
    return {
        "data": data, "verdict": verdict_context(data), "arms": arms_context(data), "cost": cost_context(data),
        "search": _search(data), "policy": _policy(data), "training": _training(data), "quality": _quality(data),
        "neighbours": neighbours_context(data), "filtering": filtering_context(data), "samples": samples_context(data),
        "pseudo": pseudo_context(data), "warnings": list(dict.fromkeys(data.warnings)),
        "splits": [(name, _split(rows, data.facts.get(name, {}))) for name, rows in data.splits.items() if rows is not None],
        "seeds": [(name, _plain(value)) for name, value in data.seeds.items()],
    }


def _split(rows: int, facts: Mapping[str, int]) -> str:
    """"3 rows at 8000 Hz", or "3 rows (1 at 8000 Hz, 2 at 16000 Hz)"."""
    whole = wording.count(rows, "row")
    if len(facts) == 1:
        return f"{whole} {next(iter(facts))}"
    return f"{whole} ({', '.join(f'{count:,} {fact}' for fact, count in facts.items())})" if facts else whole


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _search(data: ReportData) -> dict[str, Any] | None:
    trials = [trial for trial in data.trials if trial["status"] in STATUSES]
    if not trials:
        return None
    best, decimals = best_trial(trials), max(2, data.metric.decimals)
    flipped = not data.metric.greater_is_better and str(data.metric) in data.objective
    label = (data.objective or "objective") + (", sign turned: higher is better" if flipped else "")
    starts = [{"trial": trial["trial"], "name": _words(trial["name"]), "value": _value(trial, decimals)}
              for trial in trials if trial.get("name")]
    return {
        "plot": Markup(search_plot(trials, label)), "total": wording.count(len(trials), "trial"),
        "tally": {status: sum(trial["status"] == status for trial in trials) for status in STATUSES},
        "best": None if best is None else {"trial": best["trial"], "value": wording.number(best["value"], decimals)},
        "starts": starts, "finalists": _finalists(data, decimals), "reason": data.search_reason, **_importance(data),
    }


def _value(trial: Any, decimals: int) -> str:
    if trial["status"] == "finished" and trial["value"] is not None:
        return wording.number(trial["value"], decimals)
    return {"pruned": "stopped early", "failed": "failed"}.get(trial["status"], "no score")


def _finalists(data: ReportData, decimals: int) -> list[dict[str, str]]:
    def with_error(mean: Any, error: Any) -> str:
        if mean is None:
            return "failed"
        return wording.number(mean, decimals) + ("" if error is None else f" ± {wording.number(error, decimals)}")

    return [{"name": _words(row["name"]), "trial": row["trial"], "mean": with_error(row.get("mean"), row.get("standard_error")),
             "behind": "the best" if row.get("behind") == 0 else with_error(row.get("behind"), row.get("behind_error"))}
            for row in data.finalists]


def _importance(data: ReportData) -> dict[str, Any]:
    shares = {_words(name): float(share) for name, share in (data.importance or {}).items()}
    heard = [(name, share) for name, share in shares.items() if share >= LEAST_SHARE]
    ranked = dict(sorted(heard, key=lambda item: -item[1])[:DIMENSIONS_SHOWN])
    note = data.importance_note or ("" if ranked else "There are not enough finished trials to say which settings mattered.")
    if not ranked:
        return {"importance": "", "omitted": 0, "importance_note": note}
    plot = plots.bars_plot({name: 100 * share for name, share in ranked.items()}, "importance", color="purple",
                           xlabel="share of the objective's variation that a setting explains (%)",
                           spoken={name: wording.percent(share, 0) for name, share in ranked.items()})
    return {"importance": Markup(plot), "omitted": len(shares) - len(ranked), "importance_note": note}


def _words(name: str) -> str:
    return "identity (no augmentation)" if name == "identity" else str(name).replace("_", " ")


def _policy(data: ReportData) -> dict[str, Any] | None:
    if data.policy is None:
        return None
    return {"sentences": list(data.policy_words) or policy_sentences(data.policy),
            "json": json.dumps(data.policy, indent=2, ensure_ascii=False)}


def _training(data: ReportData) -> dict[str, Any] | None:
    events, found = rollbacks(data.train_log), panels(data.train_log)
    if not found and not events:
        return None
    steps = [event.step for event in events]
    told = [{"step": f"{event.step:,}", "reason": event.reason, "to": None if event.to is None else f"{event.to:,}"}
            for event in events]
    last = max((entry["step"] for entry in data.train_log if isinstance(entry.get("step"), int)), default=0)
    return {"plots": [Markup(panel_plot(panel, f"training{at}", steps)) for at, panel in enumerate(found)], "events": told,
            "last": f"{last:,}", "made": [guarded(line) for line in data.made], "made_at": f"{data.made_at:,}"}


def _quality(data: ReportData) -> dict[str, Any] | None:
    """The final generator's figures with their meaning, and the sample sizes that they need to be read with."""
    if not data.quality:
        return None
    rows = []
    for name, value in data.quality.items():
        if name in _SIZES:
            continue
        title, meaning = QUALITY_WORDS.get(name, (_words(name), ""))
        spread = data.quality.get(f"{name}_std")
        text = wording.number(float(value), 3) + (f" ± {wording.number(float(spread), 3)}" if spread else "")
        rows.append({"name": title, "value": text, "meaning": meaning})
    sizes = [wording.count(int(data.quality[name]), noun) for name, noun in (("n_real", "real row"), ("n_fake", "generated row"))
             if name in data.quality]
    return {"rows": rows, "sizes": wording.series(sizes)}
