"""Properties of loading: what the user wrote is what is trained on, and what cannot work is said before anything runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, Sequence, Value

from augmint.core.data import DataConfig, load_splits
from augmint.core.data.source import read_source
from augmint.core.errors import UserError
from augmint.core.interfaces import registry

sys.path.insert(0, str(Path(__file__).parent))
from tabular_task import Numbers, NumbersTask, numbers_rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    numbers_rows(20).to_parquet(tmp_path / "train.parquet")
    numbers_rows(10, seed=1).to_parquet(tmp_path / "test.parquet")
    return tmp_path


FILES = {"train": "train.parquet", "test": "test.parquet"}


def load(folder: Path, *, seed: int = 0, **values: object):
    return load_splits(DataConfig(**{"path": "parquet", "data_files": FILES, **values}), NumbersTask, seed=seed, base_dir=folder)


def notes(rows: Dataset) -> list[str]:
    return list(rows["note"])


def counts(rows: Dataset) -> list[int]:
    return [list(rows["label"]).count(label) for label in range(3)]


def test_parquet_relative_to_the_recipe_keeps_features_and_splits_validation_off(folder: Path) -> None:
    found = load(folder)
    assert found.splits.train.features == numbers_rows(1).features
    assert counts(found.splits.validation) == [4, 4, 4]
    assert counts(found.splits.train) == [16, 16, 16]
    assert not set(notes(found.splits.train)) & set(notes(found.splits.validation))
    assert found.sizes == {"train": 48, "validation": 12, "test": 30}
    assert found.class_counts["test"] == {"c0": 10, "c1": 10, "c2": 10}


def test_per_class_limit_leaves_exactly_that_many_and_is_nested_and_seeded(folder: Path) -> None:
    five, ten = load(folder, train_limit={"per_class": 5}), load(folder, train_limit={"per_class": 10})
    assert counts(five.splits.train) == [5, 5, 5]
    assert set(notes(five.splits.train)) < set(notes(ten.splits.train))
    assert notes(five.splits.train) == notes(load(folder, train_limit={"per_class": 5}).splits.train)
    assert notes(five.splits.train) != notes(load(folder, train_limit={"per_class": 5}, seed=1).splits.train)
    assert notes(five.splits.validation) == notes(ten.splits.validation)


def test_integer_limits_are_stratified(folder: Path) -> None:
    found = load(folder, train_limit=9, validation_limit=6, test_limit={"per_class": 2})
    assert counts(found.splits.train) == [3, 3, 3]
    assert counts(found.splits.validation) == [2, 2, 2]
    assert counts(found.splits.test) == [2, 2, 2]


def test_fewer_rows_than_the_limit_are_all_used_and_noted(folder: Path) -> None:
    found = load(folder, train_limit={"per_class": 50})
    assert len(found.splits.train) == 48
    assert "fewer than 50" in found.notices[0]


def test_test_and_validation_split_off_one_set_do_not_overlap(folder: Path) -> None:
    found = load(folder, data_files={"train": "train.parquet"}, splits={"test": None})
    parts = [set(notes(rows)) for rows in (found.splits.train, found.splits.validation, found.splits.test)]
    assert sum(map(len, parts)) == 60 == len(set.union(*parts))


def test_slices_name_parts_of_a_split(folder: Path) -> None:
    numbers_rows(10, seed=1).select([*range(0, 30, 2), *range(1, 30, 2)]).to_parquet(folder / "test.parquet")
    found = load(folder, splits={"train": "train", "validation": "test[:50%]", "test": "test[50%:]"})
    assert found.sizes == {"train": 60, "validation": 15, "test": 15}


def test_save_to_disk_folders_files_and_builtin_sets_load(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    DatasetDict(train=numbers_rows(20), test=numbers_rows(10, seed=1)).save_to_disk(folder / "saved")
    by_folder = load_splits(DataConfig("saved"), NumbersTask, seed=0, base_dir=folder)
    assert notes(by_folder.splits.train) == notes(load(folder).splits.train)
    by_file = load_splits(DataConfig("train.parquet", splits={"test": None}), NumbersTask, seed=0, base_dir=folder)
    assert by_file.sizes["test"] == 12
    monkeypatch.setattr(registry, "modalities", lambda: {"numbers": Numbers()})
    monkeypatch.setattr("augmint.core.data.source.modalities", lambda: {"numbers": Numbers()})
    assert load_splits(DataConfig("builtin:numbers"), NumbersTask, seed=0).sizes["test"] == 30
    with pytest.raises(UserError, match="Did you mean 'numbers'"):
        load_splits(DataConfig("builtin:number"), NumbersTask, seed=0)


def with_labels(values: list, kind: str) -> Dataset:
    features = Features({"note": Value("string"), "numbers": Sequence(Value("float32")), "label": Value(kind)})
    rows = numbers_rows(len(values), classes=1)
    return Dataset.from_dict({"note": rows["note"], "numbers": rows["numbers"], "label": values}, features=features)


def test_folders_of_the_same_name_and_card_are_not_taken_for_each_other(tmp_path: Path) -> None:
    card = "---\nconfigs:\n- config_name: default\n  data_files:\n  - {split: train, path: '*.parquet'}\n---\n"
    for number, parent in enumerate(("a", "b")):
        (tmp_path / parent / "rows").mkdir(parents=True)
        numbers_rows(20, seed=number).to_parquet(tmp_path / parent / "rows/train.parquet")
        (tmp_path / parent / "rows/README.md").write_text(card)
    first, second = (read_source("rows", base_dir=tmp_path / parent)["train"] for parent in ("a", "b"))
    assert first[:] == numbers_rows(20, seed=0)[:]
    assert second[:] == numbers_rows(20, seed=1)[:]
    numbers_rows(30, seed=2).to_parquet(tmp_path / "a/rows/train.parquet")
    assert len(read_source("rows", base_dir=tmp_path / "a")["train"]) == 90, "files that were replaced are read anew"


def test_string_labels_are_encoded_the_same_in_every_split(tmp_path: Path) -> None:
    with_labels(["dog", "cat"] * 5, "string").to_parquet(tmp_path / "train.parquet")
    with_labels(["cat"] * 3 + ["dog"], "string").to_parquet(tmp_path / "test.parquet")
    found = load(tmp_path)
    assert found.splits.train.features["label"] == found.splits.test.features["label"] == ClassLabel(names=["cat", "dog"])
    assert list(found.splits.test["label"]) == [0, 0, 0, 1]
    assert found.splits.train.column_names == ["note", "numbers", "label"]


def test_integer_labels_are_named_by_value_in_numeric_order(tmp_path: Path) -> None:
    with_labels([2, 10, 3] * 4, "int32").to_parquet(tmp_path / "train.parquet")
    with_labels([10, 2], "int32").to_parquet(tmp_path / "test.parquet")
    found = load(tmp_path)
    assert found.splits.train.features["label"].names == ["2", "3", "10"]
    assert list(found.splits.test["label"]) == [2, 0]


def test_whole_numbers_kept_as_floats_are_labels_and_others_are_not(tmp_path: Path) -> None:
    with_labels([0.0, 1.0, None] * 5, "float64").to_parquet(tmp_path / "train.parquet")
    with pytest.raises(UserError, match=r"train rows 2, 5, 8, 11, 14 \(5 of 15\)"):
        load(tmp_path, data_files={"train": "train.parquet"}, splits={"test": None})
    found = load(tmp_path, data_files={"train": "train.parquet"}, splits={"test": None}, on_error="skip")
    assert found.splits.train.features["label"].names == ["0", "1"]
    with_labels([0.5, 1.0] * 5, "float64").to_parquet(tmp_path / "train.parquet")
    with pytest.raises(UserError, match="holds no classes"):
        load(tmp_path, data_files={"train": "train.parquet"}, splits={"test": None})


def test_class_names_in_another_order_are_matched_by_name(folder: Path) -> None:
    numbers_rows(4, names=["c2", "c1", "c0"], seed=5).to_parquet(folder / "test.parquet")
    found = load(folder)
    assert found.splits.test.features == found.splits.train.features
    assert list(found.splits.test["label"]) == [2] * 4 + [1] * 4 + [0] * 4


def broken(folder: Path, rows: dict[int, list[float] | None], labels: dict[int, int] | None = None) -> None:
    good = numbers_rows(20)
    values, named = list(good["numbers"]), list(good["label"])
    for row, value in rows.items():
        values[row] = value
    for row, value in (labels or {}).items():
        named[row] = value
    Dataset.from_dict({"note": list(good["note"]), "numbers": values, "label": [0] * 60}, features=good.features) \
        .remove_columns("label").add_column("label", named, feature=good.features["label"]).to_parquet(folder / "train.parquet")


def test_bad_rows_are_named_and_counted_or_skipped_where_allowed(folder: Path) -> None:
    broken(folder, {3: None, 17: [1.0]}, {20: 7, 21: -1})
    with pytest.raises(UserError) as caught:
        load(folder)
    assert "train rows 3, 17 (2 of 60): numbers are missing" in str(caught.value)
    assert "train row 20 (1 of 60): label 7 is out of range" in str(caught.value)
    assert "on_error: skip" in str(caught.value)
    found = load(folder, on_error="skip", train_limit={"per_class": 10})
    assert [problem.row for problem in found.skipped["train"]] == [3, 17, 20, 21]
    assert counts(found.splits.train) == [10, 10, 10]


def test_copies_between_train_and_test_are_counted(folder: Path) -> None:
    numbers_rows(20).select(range(0, 60, 10)).to_parquet(folder / "test.parquet")
    found = load(folder)
    assert found.duplicates["train/test"] + found.duplicates.get("validation/test", 0) == 6
    assert any("exact copies" in notice for notice in found.notices)


def test_unlabelled_rows_have_no_label_and_no_copies_of_other_splits(folder: Path) -> None:
    numbers_rows(30).to_parquet(folder / "more.parquet")
    found = load(folder, unlabeled={"path": "parquet", "data_files": "more.parquet", "limit": 15}, train_limit={"per_class": 3})
    assert found.splits.unlabeled is not None
    assert "label" not in found.splits.unlabeled.column_names
    assert found.sizes["unlabeled"] == 15
    used = {tuple(row) for split in ("train", "validation", "test") for row in getattr(found.splits, split)["numbers"]}
    assert not used & {tuple(row) for row in found.splits.unlabeled["numbers"]}


def test_rest_of_train_feeds_the_unlabelled_rows(folder: Path) -> None:
    found = load(folder, unlabeled={"rest_of_train": True}, train_limit={"per_class": 6})
    assert found.sizes["unlabeled"] == 60 - 12 - 18


WRONG = {
    "no such file": ({"data_files": {"train": "nix.parquet", "test": "test.parquet"}}, "There is no file"),
    "format without files": ({"data_files": None}, "needs files"),
    "no such folder": ({"path": "./nix", "data_files": None}, "There is no file or folder './nix'"),
    "missing split": ({"splits": {"test": "tests"}}, "The splits there are: 'train' (60 rows), 'test' (30 rows)"),
    "broken slice": ({"splits": {"train": "train[:"}}, "There is no slice"),
    "empty slice": ({"splits": {"train": "train[:0]"}}, "The train split is empty"),
    "missing column": ({"columns": {"numbers": "digits"}}, "There is no column 'digits'"),
    "missing label column": ({"columns": {"label": "klass"}}, "There is no column 'klass'"),
    "one class only": ({"splits": {"train": "train[:20]"}}, "All training rows are of one class, 'c0'"),
    "class only in test": ({"splits": {"train": "train[:40]"}}, "test has rows of 'c2', of which train has none"),
    "limit below classes": ({"train_limit": 2}, "2 rows are fewer than the 3 classes"),
    "unlabelled without payload": ({"unlabeled": {"data_files": "other.csv", "path": "csv"}}, "have no column 'numbers'"),
    "free text as label": ({"columns": {"label": "note"}}, "is no class label"),
    "not a data file": ({"path": "notes.md", "data_files": None}, "ending that is not known"),
    "no rows": ({"data_files": {"train": "none.parquet", "test": "test.parquet"}}, "The train split is empty"),
    "one row a class": ({"splits": {"train": "train[:1]+train[20:21]", "test": "test"}}, "its 2 rows are too few"),
    "damaged file": ({"data_files": {"train": "torn.parquet", "test": "test.parquet"}}, "cannot be read"),
}


@pytest.mark.parametrize(("values", "message"), WRONG.values(), ids=list(WRONG))
def test_what_cannot_work_is_one_clear_message(folder: Path, values: dict, message: str) -> None:
    (folder / "other.csv").write_text("a,b\n1,2\n")
    (folder / "notes.md").write_text("hello")
    numbers_rows(1).select([]).to_parquet(folder / "none.parquet")
    (folder / "torn.parquet").write_bytes((folder / "train.parquet").read_bytes()[:200])
    if "note" in str(values.get("columns")):
        numbers_rows(60).to_parquet(folder / "train.parquet")
    with pytest.raises(UserError) as caught:
        load(folder, **values)
    assert message in str(caught.value)
    assert caught.value.where.startswith("data")


CONFIGS = {
    "data.path": {"path": ""},
    "data.splits.trian": {"splits": {"trian": "train"}}, "data.splits.train": {"splits": {"train": None}},
    "data.splits.test": {"splits": {"test": "train"}}, "data.columns.label": {"columns": {"label": 3}},
    "data.train_limit": {"train_limit": {"per_klass": 3}}, "data.validation_limit": {"validation_limit": 0},
    "data.validation_fraction": {"validation_fraction": 1.5}, "data.on_error": {"on_error": "ignore"},
    "data.unlabeled.lmit": {"unlabeled": {"lmit": 3}}, "data.unlabeled.limit": {"unlabeled": {"limit": -1}},
}


@pytest.mark.parametrize(("where", "values"), CONFIGS.items(), ids=list(CONFIGS))
def test_wrong_keys_are_named(where: str, values: dict) -> None:
    with pytest.raises(UserError) as caught:
        DataConfig(**{"path": "x", **values})
    assert caught.value.where == where


def test_json_lines_load(folder: Path) -> None:
    lines = [json.dumps({"numbers": [i, 1, 2, 3], "label": "ab"[i % 2]}) for i in range(20)]
    (folder / "rows.jsonl").write_text("\n".join(lines))
    found = load_splits(DataConfig("rows.jsonl", splits={"test": None}), NumbersTask, seed=0, base_dir=folder)
    assert found.class_counts["train"] == {"a": 6, "b": 6}
