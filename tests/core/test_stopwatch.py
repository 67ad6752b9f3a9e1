"""What a stage cost is the sum over all its starts, also where a start ended by a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from augmint.core.pipeline.run_dir import read_json
from augmint.core.pipeline.stopwatch import Stopwatch

SLEEPER = """
import sys, time
from pathlib import Path
from augmint.core.pipeline.stopwatch import Stopwatch
with Stopwatch(Path(sys.argv[1]), every=0.1):
    print("running", flush=True)
    time.sleep(60)
"""


def test_a_killed_process_leaves_its_seconds_and_the_next_counts_on(tmp_path: Path) -> None:
    path = tmp_path / "train.clock"
    process = subprocess.Popen([sys.executable, "-c", SLEEPER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "running\n"
    time.sleep(1)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    left = read_json(path)["seconds"]
    assert 0.5 < left < 60
    with Stopwatch(path) as watch:
        assert left <= watch.seconds() < left + 30
    assert read_json(path)["seconds"] >= left


def test_an_error_passes_and_its_seconds_are_kept(tmp_path: Path) -> None:
    try:
        with Stopwatch(tmp_path / "a.clock"):
            time.sleep(0.05)
            raise KeyError("a stage's own")
    except KeyError:
        assert read_json(tmp_path / "a.clock")["seconds"] >= 0.05
