"""How many minted texts are test rows but for trifles is counted, for every task of texts."""

import pytest
from datasets import ClassLabel, Dataset

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
