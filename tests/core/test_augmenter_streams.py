"""Properties of minting into a stream: what is known of training rows and of rows before holds for every block."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
import torch
from datasets import Dataset

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Judge, MintSettings, RowRandom, registry
from augmint.core.minting import Augmenter, Reference, build_reference

sys.path.insert(0, str(Path(__file__).parent))
from tabular_task import WIDTH, Numbers, NumbersCodec, NumbersGenerator, NumbersJudge, NumbersPolicy, numbers_rows

PLAIN = NumbersPolicy(0.1, MintSettings(min_agreement=0.0))
COLUMNS = {"numbers": "numbers", "label": "label"}


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "modalities", lambda: {"numbers": Numbers()})


class Copying(NumbersGenerator):
    """Gives rows of its training data, moved by `noise`."""

    def __init__(self, rows: Dataset, noise: float = 0.0) -> None:
        super().__init__()
        self.noise = noise
        self.kept = NumbersCodec(COLUMNS, rows.features["label"].names).encode(rows)

    def sample(self, n: int, condition: Batch | None = None, *, rng: RowRandom, truncation: float = 1.0) -> Batch:
        assert condition is not None
        noise, pick, made = rng.normal(WIDTH), rng.integers(1_000_000), []
        for label, at in zip(condition["label"], pick):
            own = self.kept["numbers"][self.kept["label"] == label]
            made.append(own[int(at) % len(own)])
        return {"numbers": torch.stack(made) + self.noise * noise, "label": condition["label"]}


def reference_of(rows: Dataset, judge: Judge | None = None) -> Reference:
    return build_reference(NumbersCodec(COLUMNS, rows.features["label"].names), rows, judge or NumbersJudge(), quantile=0.01)


def minted(stream: Iterable[dict]) -> list[dict]:
    return [row for row in stream if row["augmint_origin"] != "original"]


@pytest.mark.parametrize("noise", [0.0, 1e-3])
def test_no_training_row_is_minted_into_any_block_of_the_training_rows(noise: float) -> None:
    rows = numbers_rows(300).shuffle(seed=0)  # four blocks
    augmenter = Augmenter(Copying(rows, noise), PLAIN, None, NumbersJudge(), reference=reference_of(rows))
    assert not minted(augmenter.mint(rows.to_iterable_dataset(), 0.2, max_rounds=1))


def test_no_training_row_is_minted_into_other_rows() -> None:
    rows, others = numbers_rows(100), numbers_rows(100, seed=5)
    knowing, blind = (Augmenter(Copying(rows), PLAIN, None, NumbersJudge()) for _ in range(2))
    knowing.remember(rows)
    assert not minted(knowing.mint(others.to_iterable_dataset(), 0.2, max_rounds=1))
    with pytest.warns(UserWarning, match="60 rows are missing"):
        assert not minted(knowing.mint(others, 0.2, max_rounds=1))
    assert minted(blind.mint(others, 0.2, max_rounds=1))


@pytest.mark.parametrize("noise", [0.0, 1e-3])
def test_without_a_reference_no_row_that_went_by_is_minted_again(noise: float) -> None:
    rows = numbers_rows(200).shuffle(seed=0)  # three blocks, the generator copies the first
    augmenter = Augmenter(Copying(rows.select(range(256)), noise), PLAIN, None, NumbersJudge())
    assert not minted(augmenter.mint(rows.to_iterable_dataset(), 0.2, max_rounds=1))


def test_no_minted_row_comes_twice_in_a_stream() -> None:
    few = numbers_rows(40, seed=3)  # all that the generator can give, none of it in the stream
    augmenter = Augmenter(Copying(few), PLAIN)
    given = [tuple(row["numbers"]) for row in minted(augmenter.mint(numbers_rows(300).shuffle(seed=0).to_iterable_dataset(), 0.2))]
    assert len(given) == len(set(given)) > 60


def test_a_stream_read_again_is_the_same() -> None:
    rows = numbers_rows(200).shuffle(seed=0)
    stream = Augmenter(NumbersGenerator(), PLAIN, None, NumbersJudge()).mint(rows.to_iterable_dataset(), 0.2)
    first = list(stream)
    next(iter(stream))
    assert list(stream) == first


def test_sound_rows_pass_beside_a_reference() -> None:
    rows = numbers_rows(200).shuffle(seed=0)
    augmenter = Augmenter(NumbersGenerator(), PLAIN, None, NumbersJudge(), reference=reference_of(rows))
    assert len(minted(augmenter.mint(rows.to_iterable_dataset(), 0.5))) == 300


def test_a_saved_augmenter_keeps_the_training_rows_in_mind(tmp_path: Path) -> None:
    rows, others = numbers_rows(100), numbers_rows(100, seed=5)
    augmenter = Augmenter(NumbersGenerator(), PLAIN, None, NumbersJudge(), reference=reference_of(rows))
    again = Augmenter.from_pretrained(augmenter.save_pretrained(tmp_path))
    again.generator = Copying(rows)
    assert not minted(again.mint(others.to_iterable_dataset(), 0.2, max_rounds=1))


def test_the_reference_of_another_judge_is_refused() -> None:
    class Narrow(NumbersJudge):
        def embed(self, batch: Batch) -> torch.Tensor:
            return batch["numbers"][:, :2].float()

    rows = numbers_rows(20)
    augmenter = Augmenter(NumbersGenerator(), PLAIN, None, NumbersJudge(), reference=reference_of(rows, Narrow()))
    with pytest.raises(UserError, match="the judge that the reference was made with"):
        augmenter.mint(rows, 0.2)
