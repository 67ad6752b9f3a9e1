"""Which parts of a run a changed recipe leaves standing."""

from __future__ import annotations

from pathlib import Path

import pytest

from augmint.core.errors import UserError
from augmint.core.pipeline import Run, RunDirectory, recipe_from_dict
from augmint.core.pipeline.recipe import Recipe
from augmint.core.pipeline.renewal import STAGES, Change, discard, held_change, sweep
from augmint.core.pipeline.run_dir import write_json

VALUES = {"task": "image-classification", "data": {"path": "parquet", "data_files": {"train": "train.parquet"}}}
FILES = ("judge/judge.json", "generator/model.safetensors", "search/trials.jsonl", "search/result.json", "search/policy.json",
         "minted/manifest.json", "finetuned/original/seed-0/result.json", "comparison.json", "report.html")


def recipe(**changes: object) -> Recipe:
    return recipe_from_dict({**VALUES, **changes})


@pytest.fixture
def finished(tmp_path: Path) -> RunDirectory:
    """The folder of a run that is done, with the user's data beside it."""
    directory = RunDirectory(tmp_path / "run")
    for stage in STAGES:
        write_json(directory.done(stage), {"seconds": 1.0})
    for name in FILES:
        (directory.root / name).parent.mkdir(parents=True, exist_ok=True)
        (directory.root / name).write_text("{}")
    directory.recipe.write_text(recipe(search={"trials": 12}).to_yaml(tmp_path))
    (tmp_path / "train.parquet").write_text("rows")
    return directory


def left(directory: RunDirectory) -> set[str]:
    return {name for name in FILES if (directory.root / name).exists()}


@pytest.mark.parametrize(("changes", "first", "kept"), [
    ({"search": {"trials": 12}}, None, set(FILES)),
    ({"search": {"trials": 12, "workers": 1}}, None, set(FILES)),
    ({"search": {"trials": 20}}, "search", {*FILES[:3]}),
    ({"search": {"trials": 8}}, "search", {*FILES[:2]}),
    ({"search": {"trials": 20, "surrogate": "RF"}}, "search", {*FILES[:2]}),
    ({"search": {"trials": 20}, "mint": {"ratio": 3.0}}, "search", {*FILES[:2]}),
    ({"search": {"trials": 12}, "compare": {"seeds": [0, 7]}}, "finetune", {*FILES[:7]}),
    ({"search": {"trials": 20}, "generator": {"name": "sngan"}}, "train", {FILES[0]}),
    ({"search": {"trials": 12}, "seed": 1}, "inspect", set()),
])
def test_what_a_change_touches_is_redone_and_the_rest_is_kept(
    finished: RunDirectory, changes: dict, first: str | None, kept: set[str]
) -> None:
    change = held_change(finished, recipe(**changes), finished.root.parent, overwrite=True)
    assert change.first == first
    discard(finished, change)
    assert left(finished) == kept
    assert [stage for stage in STAGES if finished.done(stage).exists()] == list(STAGES[: STAGES.index(first)] if first else STAGES)


def test_the_same_words_in_another_folder_mean_other_rows(finished: RunDirectory, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "train.parquet").write_text("other rows")
    change = held_change(finished, recipe(search={"trials": 12}), other, overwrite=False)
    assert change.keys == ("data.data_files",)
    assert change.first == "inspect"


def test_a_recipe_of_the_users_own_makes_no_run_folder(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text(recipe().to_yaml())
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UserError, match="files that are not a run's"):
        Run.open(recipe(output_dir=str(tmp_path)), overwrite=True, base_dir=tmp_path)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_only_what_a_run_leaves_is_ever_removed(finished: RunDirectory) -> None:
    (finished.root / "notes.txt").write_text("mine")
    (finished.root / "elsewhere").mkdir()
    (finished.root / "checkpoints").symlink_to(finished.root / "elsewhere")
    discard(finished, Change(("seed",)))
    assert (finished.root / "notes.txt").exists()
    assert (finished.root / "elsewhere").exists()
    assert not (finished.root / "checkpoints").is_symlink()


def test_what_a_kill_left_put_away_is_swept(finished: RunDirectory) -> None:
    (finished.root / ".discarded/0-finetuned").mkdir(parents=True)
    sweep(finished)
    assert not (finished.root / ".discarded").exists()


def test_after_a_kill_that_took_the_rows_everything_is_done_again(finished: RunDirectory) -> None:
    finished.done("inspect").unlink()
    change = held_change(finished, recipe(search={"trials": 12}, compare={"seeds": [0, 7]}), finished.root.parent, overwrite=True)
    assert change.first == "inspect"


def test_a_recipe_that_cannot_be_read_can_be_overwritten(finished: RunDirectory) -> None:
    finished.recipe.write_text("task: image-classification\ndata: {path: x}\nfrom_another_version: 1\n")
    with pytest.raises(UserError, match="from_another_version"):
        held_change(finished, recipe(), None, overwrite=False)
    assert held_change(finished, recipe(), None, overwrite=True).first == "inspect"
