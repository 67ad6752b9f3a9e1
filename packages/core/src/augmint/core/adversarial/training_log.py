"""`train_log.jsonl`: one JSON object a line, figures or events."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any


def plain(value: Any) -> Any:
    """JSON has no NaN: figures that are not finite become null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


class TrainingLog:
    """The log of one training, in memory and, on one process, on disk.

    Args:
        path: the file.
        writes: whether this process writes it.
    """

    def __init__(self, path: Path, writes: bool) -> None:
        self.path, self.writes = path, writes
        self.history: list[dict[str, Any]] = []

    def rewind(self, lines: int) -> None:
        """Keep the first `lines` lines, those a checkpoint knows of."""
        self.history = []
        if self.path.exists():
            for text in self.path.read_text().splitlines()[:lines]:
                self.history.append(json.loads(text))
        if self.writes:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self.path.with_suffix(".writing")
            temporary.write_text("".join(json.dumps(entry) + "\n" for entry in self.history))
            os.replace(temporary, self.path)

    def add(self, entry: dict[str, Any]) -> None:
        """Append one line."""
        entry = {name: plain(value) for name, value in entry.items()}
        self.history.append(entry)
        if self.writes:
            with self.path.open("a") as file:
                file.write(json.dumps(entry) + "\n")
