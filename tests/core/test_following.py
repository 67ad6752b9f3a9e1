"""The bar over work in other processes moves while a training is under way, and results and errors come back as they are."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path
from types import SimpleNamespace

import pytest

from augmint.core.progress import AdvanceCallback, follow, noted
from augmint.core.progress.advance import advance_noted, noted_advance
from augmint.core.search import PolicySearch, SearchArguments, TrialRequest, TrialScores, make_executor

sys.path.insert(0, str(Path(__file__).parent))
from search_problems import bowl_space


def half_a_training(seconds: float) -> float:
    AdvanceCallback().on_step_end(None, SimpleNamespace(global_step=5, max_steps=10), None)
    time.sleep(seconds)
    return seconds


def broken() -> None:
    raise ValueError("no such thing")


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with make_executor("processes", 2) as made:
        yield made


def test_the_bar_counts_parts_of_what_is_under_way(
    executor: Executor, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noted, "LOG_SECONDS", 0.1)
    assert follow(executor, [(half_a_training, 1.5), (half_a_training, 1.0)], "training") == [1.5, 1.0]
    shown = capsys.readouterr().err
    assert "training:  50%" in shown
    assert "1.0/2" in shown
    assert "1.5/2" in shown, "one done and the other half done"
    assert "2.0/2" in shown


def test_quiet_shows_nothing(executor: Executor, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUGMINT_QUIET", "1")
    assert follow(executor, [(half_a_training, 0.0)], "training") == [0.0]
    assert capsys.readouterr().err == ""


def test_what_a_call_raises_is_raised(executor: Executor) -> None:
    with pytest.raises(ValueError, match="no such thing"):
        follow(executor, [(half_a_training, 0.0), (broken,)], "training")


def test_no_calls_have_no_results(executor: Executor) -> None:
    assert follow(executor, [], "training") == []


def test_a_note_is_kept_where_it_can_be_and_never_stops_a_training(tmp_path: Path) -> None:
    with advance_noted(tmp_path / "gone" / "file"):
        half_a_training(0.6)  # the folder is not there, as on another machine
    with advance_noted(tmp_path / "file"):
        half_a_training(0.0)
    assert noted_advance(tmp_path / "file") == 0.5


def slow(request: TrialRequest) -> TrialScores:
    half_a_training(1.0)
    return TrialScores(float(request.trial))


def test_the_bar_of_a_search_moves_within_a_trial(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noted, "LOG_SECONDS", 0.1)
    arguments = SearchArguments(trials=2, batch_size=1, executor="processes", workers=1, finalists=0)
    PolicySearch(bowl_space(), slow, arguments=arguments).run(progress=True)
    shown = capsys.readouterr().err
    assert "search:  25%" in shown
    assert "0.5/2" in shown
    assert "1.5/2" in shown
    assert "2.0/2" in shown
