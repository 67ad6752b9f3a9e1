"""Properties of augmenting as rows are read: new at every epoch, the same by seed, whatever the loader's workers."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest
import torch
from datasets import Dataset
from torch.utils.data import DataLoader

from augmint.core.errors import UserError
from augmint.core.interfaces import registry
from augmint.core.minting import Augmenter

sys.path.insert(0, str(Path(__file__).parent))
from tabular_task import Numbers, NumbersGenerator, NumbersPolicy, numbers_rows


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "modalities", lambda: {"numbers": Numbers()})


def augmented(rows: Dataset, seed: int = 0) -> tuple[Augmenter, Dataset]:
    augmenter = Augmenter(policy=NumbersPolicy(0.1), seed=seed)
    view = rows.select(range(len(rows)))
    view.set_transform(augmenter.transform)
    return augmenter, view


def stack(examples: list[dict]) -> torch.Tensor:
    return torch.tensor([example["numbers"] for example in examples])


def epochs(view: Dataset, count: int, workers: int, *, batch: int = 7, seed: int = 0, persistent: bool = False,
           augmenter: Augmenter | None = None) -> list[torch.Tensor]:
    loader = DataLoader(view, batch_size=batch, num_workers=workers, collate_fn=stack, persistent_workers=persistent,
                        generator=torch.Generator().manual_seed(seed))
    result = []
    for epoch in range(count):
        if augmenter is not None:
            augmenter.set_epoch(epoch)
        result.append(torch.cat(list(loader)))
    return result


def test_every_reading_differs_and_a_run_with_the_same_seed_repeats() -> None:
    rows = numbers_rows(5)
    first, again, other = (augmented(rows, seed)[1] for seed in (0, 0, 1))
    one, two = first[:]["numbers"], first[:]["numbers"]
    assert one != two
    assert (one, two) == (again[:]["numbers"], again[:]["numbers"])
    assert other[:]["numbers"] != one


def test_labels_other_columns_and_the_rows_themselves_are_untouched() -> None:
    rows = numbers_rows(5)
    _, view = augmented(rows)
    batch = view[10:13]
    assert batch["label"] == list(rows["label"])[10:13]
    assert batch["note"] == list(rows["note"])[10:13]
    assert rows[:] == numbers_rows(5)[:]
    apart = (torch.tensor(batch["numbers"]) - torch.tensor(rows[10:13]["numbers"])).abs()
    assert 0 < float(apart.max()) < 1


def test_a_rows_draw_does_not_depend_on_its_batch() -> None:
    rows = numbers_rows(5)
    whole = augmented(rows)[1][:]["numbers"]
    _, view = augmented(rows)
    assert [view[row]["numbers"] for row in range(len(rows))] == whole


def test_equal_rows_in_one_batch_get_different_draws() -> None:
    _, view = augmented(numbers_rows(5).select([3, 3, 3]))
    assert len({tuple(row) for row in view[:]["numbers"]}) == 3


@pytest.mark.parametrize("workers", [1, 3])
def test_workers_draw_anew_each_epoch_and_alike_for_any_number_of_them(workers: int) -> None:
    rows = numbers_rows(8)
    one, two = epochs(augmented(rows)[1], 2, 2)
    assert not torch.equal(one, two)
    assert all(map(torch.equal, (one, two), epochs(augmented(rows)[1], 2, workers, batch=5)))
    assert not torch.equal(one, epochs(augmented(rows)[1], 1, workers, seed=1)[0])


def test_persistent_workers_draw_anew_too() -> None:
    one, two = epochs(augmented(numbers_rows(8))[1], 2, 2, persistent=True)
    assert not torch.equal(one, two)


def test_a_set_epoch_gives_the_same_draws_with_and_without_workers() -> None:
    rows = numbers_rows(8)
    runs = []
    for workers, persistent in ((0, False), (2, False), (2, True)):
        augmenter, view = augmented(rows)
        runs.append(epochs(view, 2, workers, persistent=persistent, seed=workers, augmenter=augmenter))
    for run in runs[1:]:
        assert all(map(torch.equal, runs[0], run))
    augmenter, view = augmented(rows)
    augmenter.set_epoch(1)
    assert torch.equal(stack(list(view)), runs[0][1])


def test_the_collator_augments_then_collates_and_travels_to_workers() -> None:
    rows = numbers_rows(8)
    augmenter = Augmenter(policy=NumbersPolicy(0.1)).bind(rows)
    collator = pickle.loads(pickle.dumps(augmenter.collator(stack)))
    loader = DataLoader(rows, batch_size=6, collate_fn=collator, num_workers=2, generator=torch.Generator().manual_seed(0))
    one, two = torch.cat(list(loader)), torch.cat(list(loader))
    assert one.shape == (24, 4)
    assert not torch.equal(one, two)
    assert float((one - stack(list(rows))).abs().max()) < 1


def test_collate_gives_the_policys_batch() -> None:
    rows = numbers_rows(2)
    batch = Augmenter(policy=NumbersPolicy(0.1)).collate(list(rows))
    assert batch["numbers"].shape == (6, 4)
    assert batch["label"].tolist() == list(rows["label"])


def test_without_a_policy_or_known_columns_it_says_what_to_do() -> None:
    with pytest.raises(UserError, match="no policy"):
        Augmenter(NumbersGenerator()).transform({"numbers": [[1.0, 2, 3, 4]]})
    with pytest.raises(UserError, match="bind"):
        Augmenter(policy=NumbersPolicy()).transform({"digits": [[1.0, 2, 3, 4]]})
