"""How many minted texts are test rows but for trifles is counted, for every task of texts."""

from pathlib import Path

import pytest
from datasets import ClassLabel, Dataset

from augmint.core.data.config import DataConfig
from augmint.core.data.loading import load_splits
from augmint.core.interfaces import Splits, TaskSettings, get_task

TEXTS = [f"The {size} {animal} sleeps behind the old barn until {hour} o'clock." for size in ("small", "large", "tired")
         for animal in ("dog", "cat", "horse") for hour in (7, 8, 9)]  # fmt: skip
MADE = [TEXTS[3].upper(), TEXTS[5] + " ", "Nothing of this was ever tested, it says something else.", TEXTS[8].replace(".", "!")]


def rows(task: str, texts: list[str]) -> Dataset:
    if task == "translation":
        return Dataset.from_dict({"source": [f"{text} Genau." for text in texts], "target": texts})
    data = Dataset.from_dict({"text": texts})
    if task == "text-generation":
        return data
    labels = [number % 2 for number in range(len(texts))]
    return data.add_column("label", labels).cast_column("label", ClassLabel(names=["a", "b"]))


@pytest.mark.parametrize("task", ["translation", "text-classification", "text-generation"])
def test_near_copies_are_counted_whatever_their_case_and_spaces(task: str) -> None:
    train = rows(task, [f"Row {number} of the training split." for number in range(8)])
    columns = {"source": "source", "target": "target"} if task == "translation" else {}
    made = get_task(task)(Splits(train, train), TaskSettings(columns=columns))
    assert made.near_copies(rows(task, MADE), rows(task, TEXTS)) == 3
    assert made.near_copies(rows(task, MADE[2:3]), rows(task, TEXTS)) == 0


@pytest.mark.parametrize("rest", [True, False])
def test_unlabelled_texts_that_are_near_copies_of_held_out_ones_are_left_out(tmp_path: Path, rest: bool) -> None:
    plain = [f"Row {number} of the training split says {'this' if number % 2 else 'that'} at length." for number in range(12)]
    files = {"train": rows("text-classification", [*plain, *(MADE if rest else [])]),
             "validation": rows("text-classification", TEXTS[:6]), "test": rows("text-classification", TEXTS[6:])}
    for name, data in files.items():
        data.to_parquet(tmp_path / f"{name}.parquet")
    rows("text-classification", MADE).remove_columns("label").to_parquet(tmp_path / "more.parquet")
    unlabeled = {"rest_of_train": True} if rest else {"path": "parquet", "data_files": "more.parquet"}
    config = DataConfig(path="parquet", data_files={name: f"{name}.parquet" for name in files}, unlabeled=unlabeled,
                        splits={name: name for name in files},
                        train_limit={"per_class": 2} if rest else None)
    found = load_splits(config, get_task("text-classification"), seed=0, base_dir=tmp_path)
    assert found.splits.unlabeled is not None
    left = set(found.splits.unlabeled["text"])
    assert MADE[2] in left | set(found.splits.train["text"])
    assert not left & {MADE[0], MADE[1], MADE[3]}
    count = sum(text not in found.splits.train["text"] for text in (MADE[0], MADE[1], MADE[3]))
    assert any(notice.startswith(f"{count} unlabelled rows were left out: they are near copies") for notice in found.notices)
