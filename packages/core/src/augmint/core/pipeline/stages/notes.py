"""What the reader of a report should take note of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augmint.core.interfaces import Metric
from augmint.core.report import wording


def nothing_learnt(metric: Metric, arms: Mapping[str, Any], test_counts: Mapping[str, int]) -> list[str]:
    """A sentence where no arm's interval is clear of what a model scores that always says the same, else none."""
    known = metric.nothing
    if metric.name == "accuracy" and test_counts:
        known = 100 * max(test_counts.values()) / sum(test_counts.values())
    ends = [arm["ci95"][0 if metric.greater_is_better else 1] for arm in arms.values() if arm["ci95"] is not None]
    if known is None or not ends or any(end > known if metric.greater_is_better else end < known for end in ends):
        return []
    return [f"No arm is clearly better than a model that has learnt nothing ({wording.score(known, metric)} {metric}), so the "
            "comparison says little: train for more steps, from a pretrained model, or on more rows."]


def noticed(
    inspection: Mapping[str, Any], search: Mapping[str, Any], adversarial: Mapping[str, Any], manifest: Mapping[str, Any]
) -> list[str]:
    """Sentences on rows left out, roll-backs, what ended early and quotas that were not filled."""
    found = list(inspection["notices"])
    found += [f"{len(rows)} rows of {split} could not be used and were skipped." for split, rows in inspection["skipped"].items()]
    found += [f"Adversarial training went back to step {entry['to']}: {entry['reason']}." for entry in adversarial["rollbacks"]]
    if adversarial.get("notice"):
        found.append(adversarial["notice"])
    if adversarial["stopped"]:
        found.append(f"Adversarial training ended early: {adversarial['stopped']}.")
    if not adversarial.get("discriminator_trained", True):
        found.append("Adversarial training ended before the discriminator's turn came, so its scores decide nothing and "
                     "keep_quantile has no effect: give it more time, or fewer steps.")
    if search["stopped_because"] == "time_limit":
        found.append("The search stopped at its time limit, so another machine may try another number of policies.")
    if search["best_policy"].get("mint", {}).get("share", 0) == 0:
        found.append("The search found no gain in generated rows; the minted arms show what they would have done.")
    if not manifest["rows"]["minted"]:
        found.append("No candidate passed the filters: the arms with minted rows had none to train on.")
    elif short := manifest.get("short"):
        found.append(f"Too few candidates passed the filters: {sum(short.values())} minted rows are missing from their quotas.")
    return found
