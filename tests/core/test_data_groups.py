"""Rows of one speaker stay together: a score must not profit from a voice that was trained on."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from datasets import Dataset

from augmint.core.data import DataConfig, load_splits
from augmint.core.data.subsets import split_off_groups
from augmint.core.errors import UserError

sys.path.insert(0, str(Path(__file__).parent))
from tabular_task import NumbersTask, numbers_rows


def spoken(rows: Dataset, speakers: int, first: int = 0) -> Dataset:
    names = [f"s{first + row % speakers:02}" for row in range(len(rows))]
    return rows.add_column("speaker", names)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    spoken(numbers_rows(60), 15).to_parquet(tmp_path / "train.parquet")
    spoken(numbers_rows(10, seed=1), 5, first=12).to_parquet(tmp_path / "test.parquet")
    return tmp_path


def load(folder: Path, *, seed: int = 0, **values: object):
    files = {"train": "train.parquet", "test": "test.parquet"}
    return load_splits(DataConfig(**{"path": "parquet", "data_files": files, **values}), NumbersTask, seed=seed, base_dir=folder)


def test_whole_groups_are_split_off_and_the_seed_chooses_them(folder: Path) -> None:
    found = load(folder, group="speaker")
    train, validation = set(found.splits.train["speaker"]), set(found.splits.validation["speaker"])
    assert not train & validation
    assert len(validation) == 3, "a fifth of fifteen"
    assert validation == set(load(folder, group="speaker").splits.validation["speaker"])
    assert len({tuple(sorted(set(load(folder, group="speaker", seed=seed).splits.validation["speaker"]))) for seed in range(5)}) > 2
    torn = load(folder)
    assert set(torn.splits.train["speaker"]) & set(torn.splits.validation["speaker"]), "without the key rows are drawn singly"
    assert any("data.group: speaker" in notice for notice in torn.notices), "which is told"
    assert not any("data.group" in notice for notice in found.notices)


def test_groups_that_splits_share_are_told(folder: Path) -> None:
    (notice,) = [notice for notice in load(folder, group="speaker").notices if "in test are in train too" in notice]
    assert "'speaker'" in notice


def test_a_column_that_is_not_there_and_a_lone_group_are_refused(folder: Path) -> None:
    with pytest.raises(UserError, match="speaker") as refused:
        load(folder, group="speeker")
    assert refused.value.where == "data.group"
    spoken(numbers_rows(20), 1).to_parquet(folder / "train.parquet")
    with pytest.raises(UserError, match="all of its rows have the same 'speaker'"):
        load(folder, group="speaker")
    with pytest.raises(UserError, match="not a column name"):
        DataConfig("parquet", group="")


@pytest.mark.parametrize("labelled", [True, False])
@pytest.mark.parametrize("fraction", [0.1, 0.2, 0.5])
def test_about_the_fraction_is_split_off_whatever_the_groups_sizes(fraction: float, labelled: bool) -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat([f"g{number}" for number in range(40)], rng.integers(5, 30, 40))
    labels = rng.integers(0, 3, len(groups)) if labelled else None
    kept, off = split_off_groups(groups, labels, fraction, 0, "split off test")
    assert sorted([*kept, *off]) == list(range(len(groups)))
    assert not set(groups[kept]) & set(groups[off])
    assert len(off) / len(groups) == pytest.approx(fraction, rel=0.3)


def test_two_groups_are_one_each() -> None:
    groups = np.array(["a"] * 30 + ["b"] * 10)
    kept, off = split_off_groups(groups, None, 0.2, 0, "split off test")
    assert len(set(groups[kept])) == len(set(groups[off])) == 1
