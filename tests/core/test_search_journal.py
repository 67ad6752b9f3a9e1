"""The journal keeps what was appended, whatever happens to the process."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from augmint.core.errors import UserError
from augmint.core.search import Journal

EVENTS = [{"event": "a", "value": 1}, {"event": "b", "value": "größer\n"}, {"event": "c", "value": [1.5, None]}]


def written(path: Path) -> bytes:
    with Journal(path) as journal:
        for event in EVENTS:
            journal.append(event)
    return path.read_bytes()


def test_events_are_read_back_as_they_were_appended(tmp_path: Path) -> None:
    written(tmp_path / "new" / "folder" / "trials.jsonl")
    with Journal(tmp_path / "new" / "folder" / "trials.jsonl") as journal:
        assert journal.events == EVENTS


def test_a_file_cut_at_any_byte_keeps_its_whole_lines_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"
    whole = written(path)
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        lines = whole[:size].count(b"\n")
        with Journal(path) as journal:
            assert journal.events == EVENTS[:lines]
            for event in EVENTS[lines:]:
                journal.append(event)
        assert path.read_bytes() == whole


def test_a_last_line_of_garbage_is_dropped_and_a_damaged_middle_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"
    whole = written(path)
    path.write_bytes(whole + b"\0\0\0\0\n")
    with Journal(path) as journal:
        assert journal.events == EVENTS
    path.write_bytes(whole.replace(b'{"event": "b"', b'{"event: "b"'))
    with pytest.raises(UserError, match=r"trials\.jsonl:2: This line of the journal is damaged"):
        Journal(path)
    with pytest.raises(UserError):  # and the failed opening has left no lock behind
        Journal(path)


def test_lines_hold_plain_values(tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"
    with Journal(path) as journal:
        stored = journal.append({"event": "x", "int": np.int64(3), "float": np.float32(0.5), "flag": np.bool_(True),
                                 "text": np.str_("a"), "list": np.arange(2), "nan": float("nan"), "inf": np.float64("inf"),
                                 "odd": Path("p")})
    expected = {"event": "x", "int": 3, "float": 0.5, "flag": True, "text": "a", "list": [0, 1], "nan": None, "inf": None,
                "odd": "p"}
    assert stored == json.loads(path.read_text()) == expected
    assert [type(value) for value in stored.values()] == [type(value) for value in expected.values()]


def test_a_journal_in_use_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("augmint.core.search.journal.LOCK_PATIENCE", 0.3)
    with Journal(tmp_path / "trials.jsonl"), pytest.raises(UserError, match="Another search is writing this journal"):
        Journal(tmp_path / "trials.jsonl")
    Journal(tmp_path / "trials.jsonl").close()


def test_a_folder_that_cannot_be_written_is_a_users_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        Journal(tmp_path / "file" / "trials.jsonl")
    with pytest.raises(UserError, match="cannot be written"):
        Journal(tmp_path)
    if os.getuid() != 0:  # root may write anywhere
        (tmp_path / "closed").mkdir(mode=0o500)
        with pytest.raises(UserError, match="cannot be written"):
            Journal(tmp_path / "closed" / "trials.jsonl")
