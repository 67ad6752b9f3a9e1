"""How long a stage has taken, over all the starts it needed."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import TracebackType

from augmint.core.pipeline.run_dir import read_json, write_json

EVERY = 5.0
"""Seconds between two readings that are kept: as many as a kill may take out of the count."""


class Stopwatch:
    """Counts on from what an interrupted start left in a file, and keeps its reading there while it runs.

    Args:
        path: of the reading. Whoever is done with the count removes it.
        every: seconds between readings.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp(), "clock.json")
        >>> write_json(path, {"seconds": 60.0})
        >>> with Stopwatch(path) as watch:
        ...     watch.seconds() >= 60
        True
    """

    def __init__(self, path: Path, every: float = EVERY) -> None:
        self.path, self.every = path, every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Stopwatch:
        self._before = float(read_json(self.path)["seconds"]) if self.path.is_file() else 0.0
        self._started = time.perf_counter()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()
        self._keep()

    def seconds(self) -> float:
        """Since the first start, less the time between starts."""
        return round(self._before + time.perf_counter() - self._started, 3)

    def _tick(self) -> None:
        while not self._ended.wait(self.every):
            self._keep()

    def _keep(self) -> None:
        write_json(self.path, {"seconds": self.seconds()})
