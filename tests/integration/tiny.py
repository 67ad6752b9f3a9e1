"""A recipe that goes through all seven steps in seconds, on scikit-learn's digits."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from augmint.core.cli import main

RECIPE: dict[str, Any] = {
    "task": "image-classification",
    "data": {
        "path": "builtin:digits",
        "train_limit": {"per_class": 5},
        "validation_limit": {"per_class": 4},
        "test_limit": {"per_class": 6},
    },
    "model": {
        "scratch": {
            "model_type": "resnet",
            "layer_type": "basic",
            "embedding_size": 8,
            "hidden_sizes": [8, 16],
            "depths": [1, 1],
            "image_size": 16,
        }
    },
    "generator": {"base_channels": 8, "latent_dim": 8},
    "judge": {"members": 1},
    "adversarial": {
        "max_steps": 250,
        "per_device_train_batch_size": 16,
        "save_steps": 50,
        "logging_steps": 25,
        "eval_steps": 125,
        "threads": 1,
    },
    "search": {"trials": 8, "finalists": 1, "final_seeds": 2, "executor": "serial", "initial_points": 1},
    "mint": {"ratio": 0.6, "max_rounds": 2, "max_candidates": 8.0},
    "finetune": {"max_steps": 80, "per_device_train_batch_size": 32, "learning_rate": 1e-2},
    "compare": {"seeds": [0, 1]},
    "seed": 0,
}


def write_recipe(folder: Path, **changes: Any) -> Path:
    """The recipe as a file, with top-level sections replaced or merged."""
    values = json.loads(json.dumps(RECIPE))
    for name, value in changes.items():
        values[name] = {**values[name], **value} if isinstance(value, dict) and isinstance(values.get(name), dict) else value
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(values))
    return path


def fingerprint(run: Path) -> dict[str, Any]:
    """What two equal runs share: digests of minted files and of weights, the search's scores, and the comparison less its cost."""
    minted = sorted((run / "minted" / "data").glob("*.parquet"))
    comparison = json.loads((run / "comparison.json").read_text())
    comparison.pop("cost")
    return {
        "minted": [hashlib.sha256(path.read_bytes()).hexdigest() for path in minted],
        "generator": hashlib.sha256((run / "generator" / "model.safetensors").read_bytes()).hexdigest(),
        "policy": json.loads((run / "search" / "policy.json").read_text()),
        "comparison": comparison,
    }


MORE_WORKERS = {"executor": "processes", "workers": 2}
"""In a recipe's `search`."""


def finished(recipe: Path) -> Path:
    """The folder of a run of the recipe, beside it."""
    run = recipe.parent / "run"
    assert main(["run", str(recipe), "--set", f"output_dir={run}", "--quiet", "--debug"]) == 0
    return run


def check_killed(recipe: Path, undisturbed: Path, moments: dict[str, str]) -> None:
    """The recipe, killed at these moments and taken up each time (see `run_killed`), comes to what `undisturbed` is."""
    run = recipe.parent / "run"
    assert run_killed(recipe, run, moments) == 0
    assert fingerprint(run) == fingerprint(undisturbed)


def run_killed(recipe: Path, run: Path, moments: dict[str, str]) -> int:
    """`augmint run` in a process that is killed with all its workers when each file has appeared, then once to its end.

    Args:
        recipe, run: its file and its folder.
        moments: name -> the file below `run` that says that it has come.

    Returns:
        the exit code of the last one.
    """
    command = [sys.executable, "-m", "augmint.core.cli", "run", str(recipe), "--set", f"output_dir={run}", "--quiet"]
    for name, reached in moments.items():
        process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE)
        until = time.monotonic() + 300
        while not (run / reached).exists():
            assert process.poll() is None, f"ended before {name}: {process.stderr.read().decode() if process.stderr else ''}"
            assert time.monotonic() < until, f"never came to {name}"
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert not (run / "comparison.json").is_file()
    return subprocess.run(command, check=False).returncode
