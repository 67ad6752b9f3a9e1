"""Checkpoints on disk: complete or not there at all.

A checkpoint is written beside its place and moved there by one rename. `state.json`, written last, names every file and its
size, so that a folder torn by a crash of the machine is told from a whole one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from augmint.core.errors import UserError

FORMAT = 1
_NAME = re.compile(r"checkpoint-(\d+)")


class CheckpointStore:
    """The checkpoints of one training.

    Args:
        directory: where they are: `checkpoint-<step>/` each.
        limit: how many to keep.
    """

    def __init__(self, directory: Path, limit: int) -> None:
        self.directory, self.limit = directory, limit

    def path(self, step: int) -> Path:
        return self.directory / f"checkpoint-{step}"

    def complete(self) -> list[Path]:
        """Every whole checkpoint, oldest first."""
        if not self.directory.is_dir():
            return []
        found = [(int(match[1]), path) for path in self.directory.iterdir() if (match := _NAME.fullmatch(path.name))]
        return [path for _, path in sorted(found) if is_complete(path)]

    def newest(self) -> Path | None:
        """The newest whole checkpoint."""
        return next(reversed(self.complete()), None)

    def healthy(self) -> Iterator[Path]:
        """Whole checkpoints fit to roll back to, newest first."""
        return (path for path in reversed(self.complete()) if read_state(path)["healthy"])

    def write(self, step: int, state: Mapping[str, Any], write_files: Callable[[Path], None]) -> Path:
        """Write a checkpoint, replacing one of the same step, and delete the oldest beyond the limit."""
        final, temporary = self.path(step), self.directory / f".writing-{step}"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        write_files(temporary)
        files = {path.name: path.stat().st_size for path in sorted(temporary.iterdir())}
        (temporary / "state.json").write_text(json.dumps({"format": FORMAT, **state, "files": files}, indent=1))
        if final.exists():
            old = self.directory / f".replaced-{step}"
            shutil.rmtree(old, ignore_errors=True)
            os.replace(final, old)
        os.replace(temporary, final)
        self.tidy()
        return final

    def tidy(self) -> None:
        """Delete half-written checkpoints and whole ones beyond the limit, never the newest healthy one."""
        if not self.directory.is_dir():
            return
        for path in self.directory.glob(".replaced-*"):  # killed between the two renames of `write`: take the old one back
            if not (final := self.path(int(path.name.rpartition("-")[2]))).exists() and is_complete(path):
                os.replace(path, final)
        for path in [*self.directory.glob(".writing-*"), *self.directory.glob(".replaced-*"), *self.directory.glob(".deleted-*")]:
            shutil.rmtree(path, ignore_errors=True)
        keep = {*self.complete()[-self.limit:], next(self.healthy(), None)}
        self._delete([path for path in self.complete() if path not in keep])

    def delete_after(self, step: int) -> None:
        """Delete what a roll-back to `step` has made untrue."""
        self._delete([path for path in self.complete() if step_of(path) > step])

    def clear(self) -> None:
        """Delete every checkpoint."""
        if self.directory.is_dir():
            self._delete([path for path in self.directory.iterdir() if _NAME.fullmatch(path.name)])

    def _delete(self, paths: list[Path]) -> None:
        for path in paths:
            doomed = path.with_name(f".deleted-{step_of(path)}")
            shutil.rmtree(doomed, ignore_errors=True)
            os.replace(path, doomed)  # gone at once for a reader, however long deleting takes
            shutil.rmtree(doomed, ignore_errors=True)


def step_of(path: Path) -> int:
    match = _NAME.fullmatch(path.name)
    return int(match[1]) if match else -1


def is_complete(path: Path) -> bool:
    """Whether the checkpoint's state can be read and every file it names is there in full."""
    try:
        state = json.loads((path / "state.json").read_text())
        return state["format"] == FORMAT and all((path / name).stat().st_size == size for name, size in state["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def read_state(path: Path) -> dict[str, Any]:
    """The state of a whole checkpoint.

    Raises:
        UserError: there is none at `path`, or it is not whole.
    """
    if not is_complete(path):
        raise UserError(f"{path} is not a complete checkpoint.", where="resume_from_checkpoint",
                        fix="Give a folder `checkpoint-<step>`, or True for the newest complete one.")
    state: dict[str, Any] = json.loads((path / "state.json").read_text())
    return state
