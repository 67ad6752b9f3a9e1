"""Trials in other processes: same results, deaths survived, nothing left behind."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from augmint.core.errors import MissingExtraError, UserError
from augmint.core.search import PolicySearch, SearchArguments, TrialRequest, TrialScores, make_executor

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from search_problems import Branin, branin_space  # noqa: E402

QUICK: dict[str, Any] = {"trials": 6, "initial_points": 3, "finalists": 1, "final_seeds": 2}


def timeless(path: Path) -> list[str]:
    """The journal's events without times, in the order of their text: workers answer in any order."""
    events = [json.loads(line) for line in path.read_text().splitlines()]
    dropped = ("seconds", "elapsed", "traceback")
    return sorted(json.dumps({name: value for name, value in event.items() if name not in dropped}) for event in events)


def run(journal: Path, objective: Any, executor: str, **changes: Any) -> dict[str, Any]:
    arguments = SearchArguments(**{**QUICK, "executor": executor, "workers": 2, **changes})
    values = PolicySearch(branin_space(), objective, journal, arguments).run().to_dict()
    return {name: values[name] for name in ("best_point", "best_score", "reason", "importance")}


def test_the_executor_changes_nothing(tmp_path: Path) -> None:
    objective = Branin(fail=(3,))
    serial = run(tmp_path / "serial.jsonl", objective, "serial")
    for executor in ("threads", "processes"):
        assert run(tmp_path / f"{executor}.jsonl", objective, executor) == serial
        assert timeless(tmp_path / f"{executor}.jsonl") == timeless(tmp_path / "serial.jsonl")


def test_a_trial_that_kills_its_worker_fails_alone(tmp_path: Path) -> None:
    result = PolicySearch(branin_space(), Branin(die=(2,)), tmp_path / "trials.jsonl",
                          SearchArguments(**{**QUICK, "trials": 4, "finalists": 0, "workers": 2})).run()
    assert [trial.status for trial in result.trials] == ["finished", "finished", "failed", "finished"]
    assert result.trials[2].error is not None
    assert result.trials[2].error.startswith("WorkerDied")


KILLED = """
import sys
sys.path.insert(0, sys.argv[1])
from search_problems import Branin, branin_space
from augmint.core.search import PolicySearch, SearchArguments

if __name__ == "__main__":
    arguments = SearchArguments(trials=6, initial_points=3, finalists=1, final_seeds=2, workers=2)
    PolicySearch(branin_space(), Branin(pause=0.4, calls=sys.argv[3]), sys.argv[2], arguments).run()
"""


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended but was not yet reaped does not."""
    status = Path(f"/proc/{process}/stat")
    if not Path("/proc/self/stat").exists():
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        return True
    return status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_a_killed_search_leaves_no_worker_and_resumes_to_the_same_result(tmp_path: Path) -> None:
    journal, calls, script = tmp_path / "trials.jsonl", tmp_path / "calls", tmp_path / "script.py"
    script.write_text(KILLED)
    process = subprocess.Popen([sys.executable, str(script), str(HERE), str(journal), str(calls)])
    until = time.monotonic() + 180
    while time.monotonic() < until and not (journal.exists() and journal.read_text().count('"finished"') >= 3):
        assert process.poll() is None, "the search ended before it could be killed"
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    workers = {int(line.split()[0]) for line in calls.read_text().splitlines()}
    assert workers
    assert process.pid not in workers
    until = time.monotonic() + 10
    while any(alive(worker) for worker in workers) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(alive(worker) for worker in workers)
    assert '"chosen"' not in journal.read_text()
    resumed = run(journal, Branin(), "serial")
    assert resumed == run(tmp_path / "undisturbed.jsonl", Branin(), "serial")
    assert timeless(journal) == timeless(tmp_path / "undisturbed.jsonl")


def test_an_objective_that_cannot_be_pickled_is_refused_before_anything_runs() -> None:
    def local(request: TrialRequest) -> TrialScores:
        return TrialScores(0.0)

    with pytest.raises(UserError, match=r'search\.executor: The objective cannot be sent to another process .*"serial"'):
        PolicySearch(branin_space(), local, None, SearchArguments(**QUICK)).run()


def test_a_worker_is_quiet_keeps_to_its_threads_stays_between_calls_and_ends_when_killed() -> None:
    executor = make_executor("processes", 1, threads=1)
    assert executor.submit(torch.get_num_threads).result() == 1
    assert executor.submit(os.getenv, "TQDM_DISABLE").result() == "1"
    worker = executor.submit(os.getpid).result()
    assert worker == executor.submit(os.getpid).result() != os.getpid()
    executor.submit(time.sleep, 600)  # killing does not wait for calls under way
    start = time.monotonic()
    executor.kill()
    while alive(worker) and time.monotonic() < start + 10:
        time.sleep(0.05)
    assert not alive(worker)


def test_serial_and_threads_put_the_thread_count_back() -> None:
    before = torch.get_num_threads()
    for name in ("serial", "threads"):
        executor = make_executor(name, 2, threads=before + 1)
        assert executor.submit(torch.get_num_threads).result() == before + 1
        executor.shutdown()
        assert torch.get_num_threads() == before


def test_an_unknown_executor_names_the_nearest() -> None:
    with pytest.raises(UserError, match="Did you mean 'processes'"):
        make_executor("process", 1)


@pytest.mark.skipif(importlib.util.find_spec("ray") is not None, reason="Ray is installed")
def test_without_ray_the_message_names_the_install_command() -> None:
    with pytest.raises(MissingExtraError, match=r'pip install "augmint\[ray\]"'):
        make_executor("ray", 1)


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed")
def test_ray_changes_nothing_and_survives_a_dying_worker(tmp_path: Path) -> None:
    os.environ["PYTHONPATH"] = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
    assert run(tmp_path / "ray.jsonl", Branin(fail=(3,)), "ray") == run(tmp_path / "serial.jsonl", Branin(fail=(3,)), "serial")
    assert timeless(tmp_path / "ray.jsonl") == timeless(tmp_path / "serial.jsonl")
    result = PolicySearch(branin_space(), Branin(die=(2,)), None,
                          SearchArguments(**{**QUICK, "trials": 4, "finalists": 0, "executor": "ray"})).run()
    assert [trial.status for trial in result.trials] == ["finished", "finished", "failed", "finished"]
