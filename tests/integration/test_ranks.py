"""`augmint` under torchrun: one process does the run, all of them train."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from tiny import write_recipe

STEPS, ROWS = 12, 16
LAUNCH = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "augmint.core.cli"]


def launch(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run([*LAUNCH, *arguments], env=environment, capture_output=True, text=True, timeout=400)


@pytest.mark.slow
def test_two_processes_train_together_and_one_does_the_rest(tmp_path: Path) -> None:
    recipe = write_recipe(
        tmp_path,
        adversarial={"max_steps": STEPS, "save_steps": 6, "logging_steps": 6, "eval_steps": 6, "per_device_train_batch_size": ROWS},
        search={"trials": 1, "finalists": 0, "executor": "processes", "workers": 1},
        finetune={"max_steps": 4},
        compare={"seeds": [0, 1], "arms": ["original", "standard"]},
    )
    run = tmp_path / "run"
    done = launch("run", str(recipe), "--set", f"output_dir={run}", "--json", "--quiet")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["output_dir"] == str(run), "one of them speaks"
    stages = {"inspect", "judge", "train", "search", "mint", "finetune", "compare", "report"}
    assert {path.stem for path in (run / "stages").iterdir()} == stages
    log = [json.loads(line) for line in (run / "checkpoints/train_log.jsonl").read_text().splitlines()]
    assert max(line["rows"] for line in log if "rows" in line) == STEPS * ROWS * 2
    assert len([line for line in log if "frechet" in line]) == 2, "every figure is logged once"
    assert (run / f"checkpoints/checkpoint-{STEPS}").is_dir()
