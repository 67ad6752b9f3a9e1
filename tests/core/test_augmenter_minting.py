"""Properties of `Augmenter.mint`: the same type back, originals untouched, quotas met, seeds and saving exact."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from datasets import Dataset, DatasetDict, IterableDataset

from augmint.core.data import strip_provenance, with_provenance
from augmint.core.errors import UserError
from augmint.core.interfaces import MintSettings, registry
from augmint.core.minting import Augmenter, build_reference, minted_only

sys.path.insert(0, str(Path(__file__).parent))
from tabular_task import Numbers, NumbersDiscriminator, NumbersGenerator, NumbersJudge, NumbersPolicy, numbers_rows

POLICY = NumbersPolicy(0.1, MintSettings(truncation=0.9, keep_quantile=0.9))


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "modalities", lambda: {"numbers": Numbers()})


@pytest.fixture
def augmenter() -> Augmenter:
    return Augmenter(NumbersGenerator(), POLICY, NumbersDiscriminator(), NumbersJudge())


def counts(rows: Dataset) -> list[int]:
    return [list(rows["label"]).count(label) for label in range(3)]


@pytest.mark.parametrize(("amount", "expected"), [
    ({}, [20, 10, 5]), ({"ratio": 0.5}, [10, 5, 3]), ({"per_class": 12}, [0, 2, 7]), ({"total": 7}, [4, 2, 1]),
])
def test_amounts_are_exact_and_originals_come_first_untouched(augmenter: Augmenter, amount: dict, expected: list[int]) -> None:
    rows = numbers_rows([20, 10, 5])
    bigger = augmenter.mint(rows, **amount)
    assert bigger.features == with_provenance(rows.features)
    assert strip_provenance(bigger.select(range(35)))[:] == rows[:]
    assert counts(minted_only(bigger)) == expected


def test_the_seed_decides(augmenter: Augmenter) -> None:
    rows = numbers_rows(10)
    assert augmenter.mint(rows, 0.5, seed=1)[:] == augmenter.mint(rows, 0.5, seed=1)[:]
    assert augmenter.mint(rows, 0.5, seed=1)[:] != augmenter.mint(rows, 0.5, seed=2)[:]


def test_views_and_formats_of_the_user_change_nothing(augmenter: Augmenter) -> None:
    rows = numbers_rows(10)
    shuffled = rows.select(list(range(29, -1, -1))).with_format("torch")
    bigger = augmenter.mint(shuffled, 0.5)
    assert strip_provenance(bigger.select(range(30)))[:] == shuffled.with_format(None)[:]


def test_a_dict_gets_rows_in_one_split_and_columns_in_all(augmenter: Augmenter) -> None:
    splits = DatasetDict(train=numbers_rows(10), test=numbers_rows(4, seed=1))
    bigger = augmenter.mint(splits, 1.0)
    assert isinstance(bigger, DatasetDict)
    assert (len(bigger["train"]), len(bigger["test"])) == (60, 12)
    assert strip_provenance(bigger["test"])[:] == splits["test"][:]
    assert bigger["train"].features == bigger["test"].features
    with pytest.raises(UserError, match="no split 'training'"):
        augmenter.mint(splits, split="training")


def test_a_stream_stays_a_stream_with_minted_rows_in_it(augmenter: Augmenter) -> None:
    rows = numbers_rows(200).shuffle(seed=0)
    read = []

    def source():
        for row in rows:
            read.append(row)
            yield row

    lazy = IterableDataset.from_generator(source, features=rows.features)
    bigger = augmenter.mint(lazy, 0.5)
    assert isinstance(bigger, IterableDataset)
    assert bigger.features == with_provenance(rows.features)
    assert not read
    assert len(list(bigger.take(5))) == 5
    assert len(read) <= 300
    read.clear()
    out = list(bigger)
    assert [row["note"] for row in out if row["augmint_origin"] == "original"] == list(rows["note"])
    assert len(out) == 900
    assert out[256]["augmint_origin"] == "generator"
    assert out == list(bigger)


def test_a_stream_of_several_shards_mints_the_same_rows_wherever_it_is_read(augmenter: Augmenter) -> None:
    # Two shards of 256 rows, a block each.
    rows = numbers_rows([180, 180, 152]).shuffle(seed=0)
    codec = Numbers().make_codec(rows)
    augmenter.reference = build_reference(codec, rows, augmenter.judge, quantile=0.01)
    stream = augmenter.mint(rows.to_iterable_dataset(num_shards=2), 0.5)
    whole = sorted(row["augmint_seed"] for row in stream if row["augmint_seed"])
    loader = torch.utils.data.DataLoader(stream, batch_size=None, num_workers=2)
    assert sorted(int(row["augmint_seed"]) for row in loader if row["augmint_seed"]) == whole


def test_streams_refuse_amounts_that_need_their_length(augmenter: Augmenter) -> None:
    with pytest.raises(UserError, match="length is not known"):
        augmenter.mint(numbers_rows(5).to_iterable_dataset(), per_class=5)


def test_without_a_generator_augmented_copies_are_minted_with_their_parents() -> None:
    rows = numbers_rows([20, 10, 5])
    minted = minted_only(Augmenter(policy=POLICY, judge=NumbersJudge()).mint(rows, 2.0))
    assert counts(minted) == [40, 20, 10]
    assert set(minted["augmint_origin"]) == {"policy"}
    parents = rows.select(minted["augmint_parent"])
    assert list(parents["label"]) == list(minted["label"])
    apart = (torch.tensor(list(parents["numbers"])) - torch.tensor(list(minted["numbers"]))).abs()
    assert 0.02 < float(apart.mean()) < 0.2


def test_a_policy_that_changes_nothing_mints_nothing_and_says_so() -> None:
    with pytest.warns(UserWarning, match="30 rows are missing"):
        bigger = Augmenter(policy=NumbersPolicy(0.0)).mint(numbers_rows(10), max_rounds=2)
    assert len(bigger) == 30


def test_minting_twice_is_refused(augmenter: Augmenter) -> None:
    with pytest.raises(UserError, match="minted before"):
        augmenter.mint(augmenter.mint(numbers_rows(5), 0.5), 0.5)


def test_saved_and_loaded_it_mints_the_same_rows_without_pickles(augmenter: Augmenter, tmp_path: Path) -> None:
    rows = numbers_rows(10)
    again = Augmenter.from_pretrained(augmenter.save_pretrained(tmp_path / "augmenter"))
    assert again.mint(rows, 0.5)[:] == augmenter.mint(rows, 0.5)[:]
    assert {path.suffix for path in (tmp_path / "augmenter").rglob("*") if path.is_file()} == {".json", ".safetensors"}
    with pytest.raises(UserError, match="no augmenter in"):
        Augmenter.from_pretrained(tmp_path)


def test_networks_are_left_as_they_were(augmenter: Augmenter) -> None:
    augmenter.generator.train()
    threads = torch.get_num_threads()
    augmenter.mint(numbers_rows(5), 0.5)
    assert augmenter.generator.training
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("amount", [{"ratio": 1.0, "total": 3}, {"ratio": -1.0}, {"ratoi": 1.0}])
def test_wrong_amounts_are_user_errors(augmenter: Augmenter, amount: dict) -> None:
    with pytest.raises(UserError):
        augmenter.mint(numbers_rows(5), **amount)


def test_parts_must_be_there_and_fit() -> None:
    with pytest.raises(UserError, match="neither"):
        Augmenter()
    other = NumbersDiscriminator()
    type(other).modality, before = "text", type(other).modality
    try:
        with pytest.raises(UserError, match="different modalities"):
            Augmenter(NumbersGenerator(), discriminator=other)
    finally:
        type(other).modality = before
