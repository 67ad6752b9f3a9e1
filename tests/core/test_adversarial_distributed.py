"""Training on several processes, launched by torchrun: replicas stay equal, and equal to one process on the same batch."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

sys.path.insert(0, str(Path(__file__).parent))
from adversarial_run import everything, trainer

HERE = Path(__file__).parent


def launch(out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "--master_port", "0", "--standalone",
               str(HERE / "adversarial_run.py"), str(out), *options]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)


@pytest.fixture(scope="module")
def launched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("distributed")
    done = launch(out, "per_device_train_batch_size=4", "gradient_accumulation_steps=2", "adam_epsilon=1e-3", "dropout=0.0",
                  "stop_at=8")
    assert done.returncode == 0, done.stderr
    return out


def finals(out: Path) -> list[dict[str, Any]]:
    return [load_file(path) for path in sorted(out.glob("final-*.safetensors"))]


@pytest.mark.slow
def test_replicas_stay_equal(launched: Path) -> None:
    first, second = finals(launched)
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.slow
def test_two_processes_train_as_one_on_the_same_batch_even_over_a_break(launched: Path, tmp_path: Path) -> None:
    alone = trainer(tmp_path, per_device_train_batch_size=16, adam_epsilon=1e-3, dropout=0.0)
    alone.train()
    final, expected = finals(launched)[0], everything(alone)
    assert all(torch.allclose(final[name], expected[name], atol=2e-5) for name in expected if "optimizer" not in name)
    assert len(alone.log.history) == len((launched / "train_log.jsonl").read_text().splitlines())


@pytest.mark.slow
def test_one_process_writes_for_all(launched: Path) -> None:
    assert (launched / "generator" / "model.safetensors").exists()
    assert [path.name for path in sorted(launched.glob("checkpoint-*"))] == ["checkpoint-12", "checkpoint-14"]
