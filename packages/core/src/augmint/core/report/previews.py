"""Previews within the page's budget: samples by class, nearest neighbours, rejected candidates."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from markupsafe import Markup

from augmint.core.report import plots, wording
from augmint.core.report.data import Memorisation, RejectedSample, ReportData
from augmint.core.report.fragment import guarded

SAMPLES_PER_CLASS = 8
CLASSES_SHOWN = 20
PAIRS_SHOWN = 12
REJECTED_SHOWN = 16
SAMPLES_BYTES, PAIRS_BYTES, REJECTED_BYTES = 1_200_000, 500_000, 400_000
"""Previews of a part of the page together; plots and text take a few hundred kilobytes more."""

FILTER_WORDS = {
    "not finite": "holds values that are not numbers",
    "label not recognised": "the judge, trained on your real rows, does not see the intended label in it",
    "copy of a training row": "equal to a training row in every value",
    "duplicate": "equal to another minted row",
    "memorised": "closer to a training row than training rows lie to each other",
    "near duplicate": "hardly differs from another minted row of its class",
    "another candidate was better": "made for the same condition as another that the discriminator likes better",
    "length ratio": "one side is too long for the other, by what your real pairs show",
    "numbers": "a number of one side is missing on the other",
    "copy of the other side": "the generator left the text untranslated",
    "repetition": "repeats itself",
    "near copy of a real row": "hardly differs from a training row",
    "language": "not in the language of its side",
    "empty": "nothing is written there",
    "broken characters": "holds a replacement character, where half a letter was written",
    "low score": "among those that look least real to the discriminator",
}


class Purse:
    """Hands out previews until its bytes are spent; `dropped` counts those that did not fit."""

    def __init__(self, budget: int) -> None:
        self.left, self.dropped = budget, 0

    def take(self, fragments: Iterable[str], limit: int) -> list[Markup]:
        """Up to `limit` of the fragments that fit, as harmless HTML."""
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


def samples_context(data: ReportData) -> dict[str, Any] | None:
    """Real and minted previews by class, each class with an equal part of the budget."""
    classes = [group for group in data.samples if group.real or group.minted]
    if not classes:
        return None
    shown, dropped, rows = classes[:CLASSES_SHOWN], 0, []
    limit = SAMPLES_PER_CLASS if len(shown) > 2 else 2 * SAMPLES_PER_CLASS
    for group in shown:
        half = SAMPLES_BYTES // len(shown) // 2
        real, minted = Purse(half), Purse(half)
        rows.append({"name": group.name, "real": real.take(group.real, limit), "minted": minted.take(group.minted, limit)})
        dropped += real.dropped + minted.dropped
    omitted = len(classes) - len(shown) + data.classes_left_out
    return {"classes": rows, "omitted": omitted, "dropped": dropped, "named": any(row["name"] for row in rows)}


def neighbours_context(data: ReportData) -> dict[str, Any] | None:
    """The memorisation check: its conclusion, figures, histogram and closest pairs."""
    found = data.neighbours
    if found is None:
        return None
    purse, pairs = Purse(PAIRS_BYTES), []
    for pair in sorted(found.pairs, key=lambda pair: pair.distance)[:PAIRS_SHOWN]:
        both = purse.take([pair.minted, pair.real], 2)
        if len(both) == 2:
            pairs.append({"minted": both[0], "real": both[1], "distance": wording.number(pair.distance, 3), "label": pair.label})
    drawn = len(found.minted_distances) > 1 and max(found.minted_distances) > 0
    return {
        "conclusion": _conclusion(found.share_closer, found.real_share), "pairs": pairs, "far": _far(found),
        "share": None if found.share_closer is None else wording.percent(found.share_closer),
        "real_share": None if found.real_share is None else wording.percent(found.real_share),
        "checked": wording.count(found.checked, "minted row") if found.checked else "",
        "plot": Markup(plots.distances_plot(found.minted_distances, found.real_distances, found.threshold)) if drawn else "",
    }


def _conclusion(share: float | None, chance: float | None) -> str:
    if share is None:
        return "Not measured."
    if share <= max(2 * (chance or 0.0), 0.02):
        return "No sign of it."
    return "Some of it: look at the closest pairs below." if share < 0.2 else "Yes, to a worrying extent."


def _far(found: Memorisation) -> bool:
    """Whether minted rows lie clearly farther from the real ones than real rows lie apart: new, but off the data."""
    if not found.minted_distances or not found.real_distances:
        return False
    return statistics.median(found.minted_distances) > 1.5 * statistics.median(found.real_distances)


def filtering_context(data: ReportData) -> dict[str, Any] | None:
    """How many candidates each filter threw out, and examples."""
    found = data.filtering
    if found is None:
        return None
    made, purse, examples = max(found.made, 1), Purse(REJECTED_BYTES), []
    for sample in _spread(found.examples, REJECTED_SHOWN):
        for preview in purse.take([sample.preview], 1):
            examples.append({"preview": preview, "reason": sample.reason, "label": sample.label})
    filters = [{"name": name, "meaning": FILTER_WORDS.get(name, ""), "count": f"{count:,}", "share": wording.percent(count / made)}
               for name, count in found.by_filter.items()]
    return {"made": wording.count(found.made, "candidate"), "kept": f"{found.kept:,}", "share": wording.percent(found.kept / made),
            "filters": filters, "examples": examples}


def _spread(samples: Sequence[RejectedSample], limit: int) -> list[RejectedSample]:
    """Up to `limit` samples: reasons in turn, and classes in turn within a reason, so that none crowds out the others. Grouped by
    reason in the end."""
    queues: dict[str, dict[str, list[RejectedSample]]] = {}
    for sample in samples:
        queues.setdefault(sample.reason, {}).setdefault(sample.label, []).append(sample)
    in_turn = {reason: _round_robin(list(by_label.values())) for reason, by_label in queues.items()}
    taken = {id(sample) for sample in _round_robin(list(in_turn.values()))[:limit]}
    return [sample for queue in in_turn.values() for sample in queue if id(sample) in taken]


def _round_robin(queues: Sequence[Sequence[RejectedSample]]) -> list[RejectedSample]:
    """The first of every queue, then the second of every queue, and so on."""
    ranked = [(turn, at) for at, queue in enumerate(queues) for turn in range(len(queue))]
    return [queues[at][turn] for turn, at in sorted(ranked)]


def pseudo_context(data: ReportData) -> dict[str, Any] | None:
    """Figures of pseudo-labelled rows in words."""
    found = data.pseudo_labels
    if found is None:
        return None
    return {"unlabeled": wording.count(found.unlabeled, "unlabelled row"), "used": f"{found.used:,}",
            "share": wording.percent(found.used / max(found.unlabeled, 1)),
            "threshold": None if found.threshold is None else wording.percent(found.threshold, 0),
            "accuracy": None if found.accuracy is None else wording.percent(found.accuracy), "by_class": dict(found.by_class)}
