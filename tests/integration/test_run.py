"""All seven steps, through the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from datasets import load_dataset

from augmint.core import Augmenter
from augmint.core.cli import main
from augmint.vision.builtin import digits

sys.path.insert(0, str(Path(__file__).parent))
from tiny import fingerprint, write_recipe

PROVENANCE = {"augmint_origin", "augmint_parent", "augmint_seed", "augmint_score", "augmint_policy"}


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    folder = tmp_path_factory.mktemp("undisturbed")
    assert main(["run", str(write_recipe(folder)), "--set", f"output_dir={folder / 'run'}", "--quiet", "--debug"]) == 0
    return folder / "run"


def test_a_run_leaves_everything_the_contract_names(undisturbed: Path) -> None:
    for name in (
        "recipe.yaml", "generator/model.safetensors", "discriminator/model.safetensors", "checkpoints/samples/step-000250.png",
        "search/trials.jsonl", "search/policy.json", "minted/manifest.json", "minted/README.md", "augmenter/augmenter.json",
        "finetuned/policy+minted/seed-1/model.safetensors", "synthetic/seed-0.json", "report.html",
    ):
        assert (undisturbed / name).is_file(), name


def test_the_comparison_has_the_layout_of_the_contract(undisturbed: Path) -> None:
    comparison = json.loads((undisturbed / "comparison.json").read_text())
    assert {"task", "metric", "greater_is_better", "steps", "arms", "differences", "verdict", "cost"} <= set(comparison)
    assert (comparison["task"], comparison["metric"], comparison["greater_is_better"]) == ("image-classification", "accuracy", True)
    assert set(comparison["arms"]) == {"original", "standard", "policy", "minted", "policy+minted"}
    for arm in comparison["arms"].values():
        assert len(arm["scores"]) == 2
        assert arm["ci95"][0] <= arm["mean"] <= arm["ci95"][1]
    assert {"mean", "ci95"} <= set(comparison["differences"]["policy+minted - original"])
    assert comparison["verdict"]["use"] in comparison["arms"]
    assert {"inspect", "judge", "train", "search", "mint", "finetune"} <= set(comparison["cost"])


def test_minted_rows_load_with_datasets_alone(undisturbed: Path) -> None:
    rows = load_dataset("parquet", data_files=str(undisturbed / "minted" / "data" / "*.parquet"), split="train")
    assert set(rows.column_names) == {"image", "label"} | PROVENANCE
    assert rows.features["label"].names == [str(digit) for digit in range(10)]
    assert rows.unique("augmint_origin")[0] == "original"
    assert rows.filter(lambda origin: origin == "original", input_columns="augmint_origin").num_rows == 50
    assert rows.filter(lambda origin: origin == "generator", input_columns="augmint_origin").num_rows >= 3
    assert rows[0]["image"].size == (8, 8)


def test_the_report_is_one_file_with_a_verdict(undisturbed: Path) -> None:
    page = (undisturbed / "report.html").read_text()
    comparison = json.loads((undisturbed / "comparison.json").read_text())
    assert "<script" not in page
    assert 'src="http' not in page
    assert comparison["verdict"]["reason"].split(".")[0][:40] in page or comparison["verdict"]["use"] in page


def test_a_finished_run_is_not_done_again(undisturbed: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in undisturbed.rglob("*") if path.is_file() and path.name != ".lock"}
    assert main(["run", str(undisturbed / "recipe.yaml"), "--quiet", "--set", f"output_dir={undisturbed}"]) == 0
    after = {path: path.stat().st_mtime_ns for path in undisturbed.rglob("*") if path.is_file() and path.name != ".lock"}
    assert before == after


def test_another_recipe_is_refused_in_the_same_folder(
    undisturbed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_recipe(tmp_path, seed=1)
    assert main(["run", str(other), "--set", f"output_dir={undisturbed}", "--quiet"]) == 2
    assert "another recipe" in capsys.readouterr().err


def test_the_kept_augmenter_mints_in_a_script(undisturbed: Path) -> None:
    augmenter = Augmenter.from_pretrained(undisturbed / "augmenter")
    train = digits()["train"].select(range(40))
    bigger = augmenter.mint(train, ratio=0.25, max_rounds=1)
    assert bigger.column_names == [*train.column_names, *sorted(PROVENANCE, key=list(bigger.column_names).index)]
    assert len(train) <= len(bigger) <= 50
    assert bigger.select(range(40))["label"] == train["label"]


def test_more_workers_give_the_same_bytes(undisturbed: Path, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path)
    overrides = [f"output_dir={tmp_path / 'run'}", "search.executor=processes", "search.workers=2"]
    arguments = [part for override in overrides for part in ("--set", override)]
    assert main(["run", str(recipe), *arguments, "--quiet", "--debug"]) == 0
    assert fingerprint(tmp_path / "run") == fingerprint(undisturbed)


def lines(path: Path) -> int:
    return len(path.read_bytes().splitlines()) if path.is_file() else 0


MOMENTS: list[tuple[str, Callable[[Path], bool]]] = [
    ("training", lambda run: lines(run / "checkpoints" / "train_log.jsonl") >= 2),
    ("searching", lambda run: lines(run / "search" / "trials.jsonl") >= 9),
    ("fine-tuning", lambda run: len(list((run / "finetuned").glob("*/seed-*/result.json"))) >= 3),
]


def test_killed_three_times_a_run_ends_as_if_undisturbed(undisturbed: Path, tmp_path: Path) -> None:
    recipe, run = write_recipe(tmp_path), tmp_path / "run"
    command = [sys.executable, "-m", "augmint.core.cli", "run", str(recipe), "--set", f"output_dir={run}", "--quiet"]
    for name, reached in MOMENTS:
        process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE)
        until = time.monotonic() + 300
        while not reached(run):
            assert process.poll() is None, f"ended before it was {name}: {process.stderr.read().decode() if process.stderr else ''}"
            assert time.monotonic() < until, f"never came to {name}"
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert not (run / "comparison.json").is_file()
    assert subprocess.run(command, check=False).returncode == 0
    assert fingerprint(run) == fingerprint(undisturbed)
