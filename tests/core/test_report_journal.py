"""The report reads the search's real journal, finished or cut short."""

from __future__ import annotations

import json
from pathlib import Path

from augmint.core.interfaces import Dimension, MintSettings, Point, Policy, PolicySpace
from augmint.core.report import best_trial, read_jsonl, trials_from_journal
from augmint.core.search import PolicySearch, SearchArguments
from augmint.core.search.trial import TrialRequest, TrialScores


class LinePolicy(Policy):
    modality = "line"
    mint = MintSettings()

    def __init__(self, at: float) -> None:
        self.at = at

    def augment(self, batch, rng):  # type: ignore[no-untyped-def]
        return batch

    def to_dict(self):  # type: ignore[no-untyped-def]
        return {"modality": "line", "version": 1, "at": self.at}

    @classmethod
    def from_dict(cls, values):  # type: ignore[no-untyped-def]
        return cls(values["at"])


class Line(PolicySpace):
    dimensions = (Dimension("at", 0.0, 1.0),)

    def decode(self, point: Point) -> LinePolicy:
        return LinePolicy(point["at"])

    def starts(self) -> dict[str, Point]:
        return {"identity": {"at": 0.0}, "standard": {"at": 0.1}}


class Objective:
    fidelities = ("cheap", "short", "full")

    def __call__(self, request: TrialRequest) -> TrialScores:
        if request.point["at"] > 0.85:
            raise ValueError("this part of the line is broken")
        return TrialScores(downstream=100 * request.point["at"])


def search(journal: Path) -> None:
    arguments = SearchArguments(trials=10, executor="serial", initial_points=8, prune_quantile=0.5, finalists=1, final_seeds=1)
    PolicySearch(Line(), Objective(), journal, arguments).run()


def test_the_journal_of_a_search_becomes_trials_in_order(tmp_path: Path) -> None:
    journal = tmp_path / "trials.jsonl"
    search(journal)
    trials = trials_from_journal(journal)
    assert [trial["trial"] for trial in trials] == list(range(10))
    assert [trial["name"] for trial in trials[:3]] == ["identity", "standard", None]
    assert {trial["status"] for trial in trials} >= {"finished", "pruned"}
    for trial in trials:
        assert (trial["value"] is not None) == (trial["status"] == "finished")
    best = best_trial(trials)
    assert best is not None
    assert best["value"] == max(trial["value"] for trial in trials if trial["value"] is not None)


def test_a_journal_cut_in_the_middle_of_a_line_gives_the_trials_before(tmp_path: Path) -> None:
    journal = tmp_path / "trials.jsonl"
    search(journal)
    lines = journal.read_text().splitlines()
    last = max(at for at, line in enumerate(lines) if json.loads(line)["event"] == "proposed")
    journal.write_text("\n".join(lines[: last + 1]) + '\n{"event": "fini')
    assert len(trials_from_journal(journal)) == len(trials_from_journal([json.loads(line) for line in lines[: last + 1]])) < 10


def test_a_missing_journal_has_no_trials(tmp_path: Path) -> None:
    assert read_jsonl(tmp_path / "none.jsonl") == []
    assert trials_from_journal(tmp_path / "none.jsonl") == []
    assert best_trial([]) is None
