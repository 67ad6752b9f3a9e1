"""All seven steps, through the command line."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from datasets import load_dataset

from augmint.core import Augmenter
from augmint.core.cli import main
from augmint.core.data import DataConfig
from augmint.core.pipeline import Run, load_recipe
from augmint.core.pipeline.arms import mint_settings
from augmint.core.pipeline.stages.report import dataset_name
from augmint.core.pipeline.workshop import workshop
from augmint.vision.builtin import digits
from augmint.vision.policy import ImagePolicy

sys.path.insert(0, str(Path(__file__).parent))
from tiny import MORE_WORKERS, fingerprint, write_recipe

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


def test_the_report_of_a_run_that_was_moved_is_written_anew(undisturbed: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(undisturbed, moved)
    before = (moved / "report.html").read_text()
    (moved / "report.html").write_text("spoiled")
    assert main(["report", str(moved), "--quiet"]) == 0
    assert (moved / "report.html").read_text().count("<svg") == before.count("<svg")
    assert fingerprint(moved) == fingerprint(undisturbed)


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


def lines(path: Path) -> int:
    return len(path.read_bytes().splitlines()) if path.is_file() else 0


MOMENTS: list[tuple[str, Callable[[Path], bool]]] = [
    ("training", lambda run: lines(run / "checkpoints" / "train_log.jsonl") >= 2),
    ("searching", lambda run: lines(run / "search" / "trials.jsonl") >= 9),
    ("fine-tuning", lambda run: len(list((run / "finetuned").glob("*/seed-*/result.json"))) >= 3),
]


def test_killed_three_times_and_with_more_workers_a_run_ends_as_if_undisturbed(undisturbed: Path, tmp_path: Path) -> None:
    recipe, run = write_recipe(tmp_path, search=MORE_WORKERS), tmp_path / "run"
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


def test_where_the_policy_mints_nothing_the_minted_arms_take_the_best_trial_that_minted(undisturbed: Path) -> None:
    shop = workshop(undisturbed)
    trials = json.loads((undisturbed / "search/result.json").read_text())["trials"]
    minted = [trial for trial in trials if trial["parts"].get("short", {}).get("details", {}).get("minted")]
    best = max(minted, key=lambda trial: (trial["score"], -trial["number"]))
    assert mint_settings(shop, ImagePolicy()) == shop.task.policy_space().decode(best["point"]).mint


@pytest.fixture
def copied(undisturbed: Path, tmp_path: Path) -> Path:
    """A finished run that may be changed."""
    return Path(shutil.copytree(undisturbed, tmp_path / "run"))


def change(run: Path, *settings: str, overwrite: bool = True) -> int:
    sets = [part for setting in (f"output_dir={run}", *settings) for part in ("--set", setting)]
    return main(["run", str(run / "recipe.yaml"), "--quiet", *sets, *(["--overwrite"] if overwrite else [])])


def times(run: Path, *parts: str) -> dict[str, int]:
    files = [path for part in parts for path in sorted((run / part).rglob("*")) if path.name != "README.md"]
    return {str(path.relative_to(run)): path.stat().st_mtime_ns for path in files if path.is_file()}


def test_a_changed_recipe_is_refused_and_what_differs_is_named(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = times(copied, ".")
    assert change(copied, "search.trials=9", overwrite=False) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "search.trials differs" in said
    assert "redo it from 'search' on" in said
    assert times(copied, ".") == before


def test_more_seeds_add_fine_tunings_and_leave_those_there_are(copied: Path) -> None:
    before = times(copied, "judge", "generator", "search", "minted", "finetuned/original/seed-0/model.safetensors", "finetuned")
    kept = {name: time for name, time in before.items() if not name.endswith("result.json")}
    assert change(copied, "compare.seeds=[0, 1, 2]", "compare.arms=[original, standard]") == 0
    comparison = json.loads((copied / "comparison.json").read_text())
    assert {arm: len(values["scores"]) for arm, values in comparison["arms"].items()} == {"original": 3, "standard": 3}
    assert kept.items() <= times(copied, "judge", "generator", "search", "minted", "finetuned").items()


def test_more_trials_continue_the_search(copied: Path) -> None:
    first = (copied / "search/trials.jsonl").read_text().splitlines()
    kept = times(copied, "judge", "generator", "checkpoints")
    assert change(copied, "search.trials=9", "compare.arms=[original, standard]") == 0
    lines = (copied / "search/trials.jsonl").read_text().splitlines()
    assert lines[1 : len(first)] == first[1:], "the header alone may differ"
    assert sum('"proposed"' in line for line in lines) == 9
    assert times(copied, "judge", "generator", "checkpoints") == kept


def test_an_unsound_change_loses_nothing(copied: Path) -> None:
    before = times(copied, ".")
    assert change(copied, "generator.base_channels=-3") == 2
    after = times(copied, ".")
    assert before == after


def test_a_changed_recipe_comes_to_what_a_fresh_run_of_it_comes_to(copied: Path, tmp_path: Path) -> None:
    changes = ("adversarial.max_steps=30", "search.trials=3", "compare.arms=[original, standard, minted]")
    assert change(copied, *changes) == 0
    recipe = copied / "recipe.yaml"
    sets = [part for setting in (f"output_dir={tmp_path / 'fresh'}", *changes) for part in ("--set", setting)]
    assert main(["run", str(recipe), "--quiet", *sets]) == 0
    assert fingerprint(copied) == fingerprint(tmp_path / "fresh")


def test_everything_before_the_comparison_is_done_without_the_test_rows(copied: Path, tmp_path: Path) -> None:
    (copied / "data/test").rename(tmp_path / "hidden")
    changes = ("adversarial.max_steps=20", "search.trials=2", "compare.arms=[original, standard, policy+minted]")
    sets = [part for setting in (f"output_dir={copied}", *changes) for part in ("--set", setting)]
    recipe = str(copied / "recipe.yaml")
    assert main(["finetune", recipe, "--quiet", "--overwrite", *sets]) == 0
    kept = {path.name for path in (copied / "stages").iterdir()}
    assert kept == {f"{stage}.json" for stage in ("inspect", "judge", "train", "search", "mint", "finetune")}
    assert main(["compare", recipe, "--quiet", *sets]) != 0
    (tmp_path / "hidden").rename(copied / "data/test")
    assert main(["compare", recipe, "--quiet", *sets]) == 0


def test_a_folder_that_was_deleted_is_forgotten(tmp_path: Path) -> None:
    root = tmp_path / "run"
    for steps in (3, 7):
        recipe = replace(load_recipe(write_recipe(tmp_path, adversarial={"max_steps": steps})), output_dir=str(root))
        Run.open(recipe).stage("inspect")
        assert workshop(root).recipe.adversarial["max_steps"] == steps
        shutil.rmtree(root)


@pytest.mark.parametrize(("values", "name"), [
    ({"path": "mnist"}, "mnist"),
    ({"path": "parquet", "data_files": {"train": "data/shoes/train.parquet", "test": "t.parquet"}}, "shoes/train.parquet"),
    ({"path": "parquet", "data_files": ["a.parquet", "b.parquet"]}, "a.parquet"),
    ({"path": "imagefolder", "data_dir": "photos"}, "photos"),
])
def test_the_report_calls_the_rows_by_their_own_name(values: dict, name: str) -> None:
    assert dataset_name(DataConfig(**values)) == name
