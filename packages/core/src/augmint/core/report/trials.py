"""From the search journal to the normal form the page shows: one dict a trial."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

_STATUS = {"finished": "finished", "complete": "finished", "completed": "finished", "done": "finished", "ok": "finished", "full": "finished",
           "pruned": "pruned", "stopped": "pruned", "failed": "failed", "error": "failed"}


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """All whole lines of a journal; a last line that a killed process left half written is ignored."""
    if not path.is_file():
        return []
    entries = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(entry, dict):
            entries.append(entry)
    return entries


def trials_from_journal(journal: Path | Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Trials in the order of their index; of several lines about one trial the later ones complete the earlier.

    Args:
        journal: the path of trials.jsonl, or its parsed lines.

    Returns:
        dicts with "trial" (int), "name" (of a start point, or None), "status" ("finished", "pruned" or "failed"), "value" (float or
        None), "fidelities" (name -> score) and "seconds" (float or None). Trials that were never told a result are left out.

    Example:
        >>> trials_from_journal([{"trial": 0, "name": "identity", "status": "finished", "value": 0.7}])[0]["name"]
        'identity'
    """
    lines = read_jsonl(journal) if isinstance(journal, Path) else journal
    merged: dict[int, dict[str, Any]] = {}
    for line in lines:
        index = line.get("trial", line.get("index"))
        if isinstance(index, int):
            merged.setdefault(index, {}).update({key: value for key, value in line.items() if value is not None})
    return [_normal(index, merged[index]) for index in sorted(merged) if str(merged[index].get("status", "")).lower() in _STATUS]


def _normal(index: int, entry: Mapping[str, Any]) -> dict[str, Any]:
    status = _STATUS[str(entry["status"]).lower()]
    value = entry.get("value")
    sound = isinstance(value, (int, float)) and math.isfinite(value)
    return {
        "trial": index, "name": entry.get("name"), "status": status if sound or status != "finished" else "failed",
        "value": float(value) if sound and value is not None else None,
        "fidelities": dict(entry.get("fidelities") or entry.get("scores") or {}),
        "seconds": entry.get("seconds"),
    }


def best_trial(trials: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The finished trial with the highest value, the earliest of equals."""
    finished = [trial for trial in trials if trial["status"] == "finished" and trial["value"] is not None]
    return max(finished, key=lambda trial: (trial["value"], -trial["trial"]), default=None)
