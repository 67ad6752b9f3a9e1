"""The append-only record of a search: one JSON object a line, on disk before anything builds on it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from augmint.core.errors import UserError
from augmint.core.search.plain import plain

try:
    import fcntl
except ImportError:  # not a POSIX system: no lock, everything else works
    fcntl = None  # type: ignore[assignment]

LOCK_PATIENCE = 8.0
"""Seconds to wait for another process to let go of the file."""


class Journal:
    """A JSONL file that survives `kill -9` at any moment.

    Every line is written whole and fsync'ed before `append` returns. A last line cut short by a kill is cut off when the
    file is opened again; nothing else is ever rewritten. The file is locked while it is open.

    Args:
        path: the file, made with its folder where missing; None keeps the record in memory alone.

    Attributes:
        events: what the file held when it was opened, and what was appended since.

    Raises:
        UserError: the file cannot be written, is in use by another search, or a line before the last is not JSON.
    """

    def __init__(self, path: str | Path | None) -> None:
        self.path = None if path is None else Path(path)
        self.events: list[dict[str, Any]] = []
        self._file: IO[bytes] | None = None
        if self.path is not None:
            self._file = self._open(self.path)
            try:
                self.events = self._load()
            except BaseException:
                self.close()
                raise

    def append(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Write one event and return it as it will be read back."""
        line = json.dumps(plain(event), allow_nan=False, ensure_ascii=False)
        if self._file is not None:
            self._file.write(line.encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        stored: dict[str, Any] = json.loads(line)
        self.events.append(stored)
        return stored

    def close(self) -> None:
        """Close the file and give up its lock."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self, path: Path) -> IO[bytes]:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("a+b")
        except OSError as error:
            raise UserError(f"The journal cannot be written ({error.strerror}).", where=str(path),
                            fix="Choose a folder that you may write in.") from None
        if fcntl is not None:
            try:
                _lock(file)
            except BlockingIOError:
                file.close()
                raise UserError("Another search is writing this journal.", where=str(path),
                                fix="Wait for it to end, or give this search a journal of its own.") from None
        _sync_folder(path.parent)
        return file

    def _load(self) -> list[dict[str, Any]]:
        assert self._file is not None
        self._file.seek(0)
        text = self._file.read()
        whole = text.rfind(b"\n") + 1
        lines = text[:whole].split(b"\n")[:-1]
        events: list[dict[str, Any]] = []
        for number, line in enumerate(lines, 1):
            event = _parsed(line)
            if event is None and number == len(lines) and whole == len(text):
                whole -= len(line) + 1  # blocks that a power cut left unwritten
                break
            if event is None:
                raise UserError("This line of the journal is damaged.", where=f"{self.path}:{number}",
                                fix="Cut the file off before it to go on from there, or delete the file to start anew.")
            events.append(event)
        if whole < len(text):
            self._file.truncate(whole)
            os.fsync(self._file.fileno())
        return events


def _lock(file: IO[bytes]) -> None:
    """Lock the file, waiting for what a killed search leaves behind: its data-loading processes end some seconds after it."""
    until = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        except OSError:
            return None  # a file system without locks


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None


def _sync_folder(folder: Path) -> None:
    """Make a new file's name survive a power cut, where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
