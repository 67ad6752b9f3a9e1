"""From the search journal to the normal form the page shows: one dict a trial."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from augmint.core.search.history import History, Trial


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """All whole lines of a JSONL file; a line that a killed process left half written is ignored, a missing file is empty."""
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
    """The trials of a `PolicySearch`, finished or still under way, as `ReportData.trials` takes them.

    Args:
        journal: the path of trials.jsonl, or its parsed events. The first event holds the search's arguments.

    Returns:
        for every trial that came to an end, in order: "trial" (int), "name" (of a starting point, else None), "status" ("finished",
        "pruned" or "failed"), "value" (float, or None where it is not comparable), "fidelities" (name -> score) and "seconds".

    Example:
        >>> trials_from_journal([
        ...     {"event": "search", "arguments": {"fidelities": ["short", "full"]}},
        ...     {"event": "proposed", "trial": 0, "batch": 0, "name": "identity", "origin": "start", "point": {}},
        ...     {"event": "finished", "trial": 0, "fidelity": "short", "score": 70.5, "scores": {}, "seconds": 3.0},
        ... ])
        [{'trial': 0, 'name': 'identity', 'status': 'finished', 'value': 70.5, 'fidelities': {'short': 70.5}, 'seconds': 3.0}]
    """
    events = read_jsonl(journal) if isinstance(journal, Path) else list(journal)
    if not events:
        return []
    fidelities = (events[0].get("arguments") or {}).get("fidelities") or ["full"]
    history = History(fidelities[:-1] or fidelities)
    for event in events:
        history.apply(event)
    return [_normal(trial) for trial in history.trials if trial.status != "proposed"]


def _normal(trial: Trial) -> dict[str, Any]:
    return {"trial": trial.number, "name": trial.name if trial.origin == "start" else None, "status": trial.status,
            "value": trial.score, "fidelities": dict(trial.scores), "seconds": trial.seconds}


def best_trial(trials: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The finished trial with the highest value, the earliest of equals."""
    finished = [trial for trial in trials if trial["status"] == "finished" and trial["value"] is not None]
    return max(finished, key=lambda trial: (trial["value"], -trial["trial"]), default=None)
