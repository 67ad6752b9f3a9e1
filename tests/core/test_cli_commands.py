"""The command line: what it prints, and its exit codes (0 done, 2 the user's input is wrong, 1 anything else)."""

from __future__ import annotations

import json
import os
from importlib.metadata import EntryPoint, PackageNotFoundError
from pathlib import Path

import pytest

from augmint.core import __version__
from augmint.core.cli import main
from augmint.core.cli.runs import print_summary
from augmint.core.interfaces import registry

RECIPE = """task: image-classification
data: {path: "builtin:digits", train_limit: {per_class: 5}, validation_limit: {per_class: 3}}
finetune: {max_steps: 2}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def recipe(folder: Path) -> str:
    (folder / "study.yaml").write_text(RECIPE)
    return "study.yaml"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"augmint {__version__}\n"


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for command in [
        "demo",
        "run",
        "train",
        "search",
        "mint",
        "finetune",
        "compare",
        "report",
        "init",
        "inspect",
        "tasks",
        "doctor",
    ]:
        assert f" {command} " in text


@pytest.mark.parametrize(
    "arguments", [["rnu"], ["run"], ["run", "x.yaml", "--dryrun"], ["run", "x.yaml", "--set"], ["tasks", "more"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_dry_run_prints_the_resolved_recipe_and_writes_nothing(
    recipe: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", recipe, "--dry-run", "--set", "search.trials=3"]) == 0
    printed = capsys.readouterr().out
    (folder / "again.yaml").write_text(printed)
    assert main(["run", "again.yaml", "--dry-run"]) == 0
    assert capsys.readouterr().out == printed
    assert "trials: 3" in printed
    assert sorted(os.listdir(folder)) == ["again.yaml", "study.yaml"]


def test_json_is_all_that_reaches_standard_output(recipe: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mint", recipe, "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["output_dir"] == "runs/study"
    assert main(["inspect", recipe, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sizes"]["train"] == 50


def test_a_users_mistake_is_one_message_without_traceback(recipe: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", recipe, "--set", "search.trails=3"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "augmint: --set search.trails: There is no key 'trails' in 'search'. Did you mean 'trials'?\n"
    assert main(["run", recipe, "--set", "search.trails=3", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["fix"] == "Did you mean 'trials'?"
    assert main(["run", recipe, "--set", "search.trails=3", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_anything_else_ends_with_1_and_a_hint(
    recipe: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from augmint.core.pipeline import Run

    def fails(self: Run) -> None:
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr(Run, "all", fails)
    assert main(["run", recipe]) == 1
    said = capsys.readouterr().err
    assert "RuntimeError: the disk is on fire" in said
    assert "--debug" in said
    assert "Traceback" not in said
    assert main(["run", recipe, "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupted_run_says_how_to_go_on(
    recipe: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from augmint.core.pipeline import Run

    def interrupted(self: Run) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Run, "all", interrupted)
    assert main(["run", recipe]) == 1
    assert "The same command goes on from here." in capsys.readouterr().err


def test_inspect_tells_splits_classes_and_columns_and_writes_nothing(
    recipe: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", recipe]) == 0
    text = capsys.readouterr().out
    for words in ("image-classification", "image (Image", "train", "validation", "test", "50", "30"):
        assert words in text
    assert os.listdir(folder) == ["study.yaml"]


def test_tasks_lists_what_is_installed_and_what_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tasks", "--json"]) == 0
    rows = {row["task"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["image-classification"] == {
        "task": "image-classification",
        "modality": "vision",
        "metric": "accuracy",
        "installed": True,
        "state": "installed",
    }
    assert "translation" in rows
    assert main(["tasks"]) == 0
    assert "image-classification" in capsys.readouterr().out


def test_doctor_finds_this_installation_sound(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    found = {row["what"]: row for row in json.loads(capsys.readouterr().out)}
    assert {"python", "torch", "device", "augmint-core", "modalities", "disk"} <= set(found)
    assert all(row["ok"] for row in found.values())


def test_doctor_names_versions_that_differ_from_the_tested_ones(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "constraints.txt").write_text("torch==1.0\n")
    assert main(["doctor"]) == 0
    assert "tested with 1.0" in capsys.readouterr().out


def test_init_writes_a_recipe_that_runs_and_never_overwrites(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 0
    assert main(["run", "recipe.yaml", "--dry-run"]) == 0
    text = (folder / "recipe.yaml").read_text()
    capsys.readouterr()
    assert main(["init"]) == 2
    assert "such a file already" in capsys.readouterr().err
    assert (folder / "recipe.yaml").read_text() == text
    assert main(["init", "image-clasification", "--out", "other.yaml"]) == 2
    assert "Did you mean 'image-classification'?" in capsys.readouterr().err
    assert not (folder / "other.yaml").exists()


def test_demo_runs_the_modalitys_recipe_in_its_own_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["output_dir"] == "runs/demo"
    assert main(["demo", "vision", "--out", "here", "--dry-run", "--json", "--set", "compare.seeds=[7, 8]"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert (values["output_dir"], values["compare"]["seeds"]) == ("here", [7, 8])
    assert main(["demo", "smell"]) == 2
    assert "There is no modality 'smell'" in capsys.readouterr().err


def test_the_result_is_a_table_and_a_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    print_summary(
        {
            "output_dir": "/x",
            "done": [],
            "metric": "accuracy",
            "arms": {"original": {"mean": 70.0, "ci95": [68, 72], "scores": [1, 2]}},
            "verdict": {"use": "original", "reason": "Nothing helps."},
            "report": "/x/report.html",
        }
    )
    text = capsys.readouterr().out
    for words in ("original", "70.00", "68.00 to 72.00", "Verdict: Nothing helps.", "/x/report.html"):
        assert words in text


@pytest.fixture
def core_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if no modality were installed."""

    def absent(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(registry, "entry_points", lambda group: ())
    monkeypatch.setattr(registry, "version", absent)
    registry.modalities.cache_clear()
    yield
    registry.modalities.cache_clear()


@pytest.mark.usefixtures("core_alone")
def test_a_missing_extra_names_the_install_command(recipe: str, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["run", recipe], ["inspect", recipe], ["init", "--out", "x.yaml"], ["demo"]):
        assert main(arguments) == 2
        assert 'pip install "augmint[vision]"' in capsys.readouterr().err


def test_a_broken_third_party_modality_is_named_by_the_doctor(
    monkeypatch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    points = (EntryPoint("broken", "no_such_package:Modality", registry.GROUP),)
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    registry.modalities.cache_clear()
    try:
        assert main(["doctor"]) == 1
        assert "no_such_package" in capsys.readouterr().out
    finally:
        registry.modalities.cache_clear()
