"""Properties of kept rows: the same rows back, test unseen until asked for, whole or absent."""

from __future__ import annotations

import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from augmint.core.data import add_provenance, open_splits, save_splits, strip_provenance, with_provenance
from augmint.core.errors import UserError
from augmint.core.interfaces import Splits

sys.path.insert(0, str(Path(__file__).parent))
from tabular_task import numbers_rows


@pytest.fixture
def splits() -> Splits:
    return Splits(numbers_rows(5), numbers_rows(2, seed=1), numbers_rows(3, seed=2))


def test_rows_come_back_and_test_only_on_demand(tmp_path: Path, splits: Splits) -> None:
    save_splits(splits, tmp_path / "data")
    seen = open_splits(tmp_path / "data")
    assert seen.test is None
    assert seen.unlabeled is None
    assert seen.train[:] == splits.train[:]
    assert seen.train.features == splits.train.features
    assert open_splits(tmp_path / "data", with_test=True).test[:] == splits.test[:]


def test_the_other_splits_open_without_the_test_folder(tmp_path: Path, splits: Splits) -> None:
    save_splits(splits, tmp_path / "data")
    shutil.rmtree(tmp_path / "data" / "test")
    assert len(open_splits(tmp_path / "data").train) == 15


def test_saving_again_replaces_and_leaves_no_scratch(tmp_path: Path, splits: Splits) -> None:
    save_splits(splits, tmp_path / "data")
    save_splits(Splits(numbers_rows(1), numbers_rows(1)), tmp_path / "data")
    assert len(open_splits(tmp_path / "data", with_test=True).train) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_several_writers_at_once_leave_one_whole_folder(tmp_path: Path, splits: Splits) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: save_splits(splits, tmp_path / "data"), range(8)))
    assert open_splits(tmp_path / "data", with_test=True).test[:] == splits.test[:]
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_nothing_there_is_a_user_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no loaded rows"):
        open_splits(tmp_path)


def test_provenance_adds_and_strips_without_touching_the_rows() -> None:
    rows = numbers_rows(2)
    marked = add_provenance(rows, origin="policy", parent=[0, 1, 2, 3, 4, None], seed=range(6), score=None, policy="abc")
    assert marked.features == with_provenance(rows.features)
    assert marked[5]["augmint_parent"] is None
    assert marked[4]["augmint_parent"] == 4
    assert strip_provenance(marked)[:] == rows[:]
    assert strip_provenance(marked).features == rows.features
    with pytest.raises(UserError, match="minted before"):
        add_provenance(marked)
