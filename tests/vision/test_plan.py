"""Which rows a fine-tuning sees, and when."""

import numpy as np
import pytest
import torch
from datasets import Dataset

from augmint.core.evaluation.batches import epochs
from augmint.core.interfaces import Policy, RowRandom, select
from augmint.vision.builtin import digits
from augmint.vision.classification.plan import TrainingPlan
from augmint.vision.codec import ImageCodec
from augmint.vision.policy import trivial_augment
from augmint.vision.rows import ImageRows

CODEC = ImageCodec({"image": "image", "label": "label"}, [str(digit) for digit in range(10)], 1, 8)


@pytest.fixture(scope="module")
def train() -> Dataset:
    return digits()["train"]


def plan(
    train: Dataset, *, share: float = 0.0, policy: Policy | None = None, seed: int = 0, augment_extra: bool = True
) -> TrainingPlan:
    return TrainingPlan(
        ImageRows(train.select(range(50)), CODEC),
        ImageRows(train.select(range(50, 80)), CODEC),
        None,
        share,
        policy,
        augment_extra=augment_extra,
        classes=10,
        batch_size=16,
        steps=20,
        seed=seed,
    )


def test_every_epoch_visits_every_row_once() -> None:
    order = epochs(7, 21, 0, "test")
    assert [sorted(order[at : at + 7]) for at in (0, 7, 14)] == [list(range(7))] * 3
    assert order[:7].tolist() != order[7:14].tolist()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.9, 1.0])
def test_each_batch_takes_its_share_of_extra_rows(train: Dataset, share: float) -> None:
    per_batch = plan(train, share=share).order.is_extra.reshape(20, 16).sum(1)
    assert per_batch.sum() == int(20 * 16 * share + 1e-9)
    assert per_batch.max() - per_batch.min() <= 1


def test_a_row_is_augmented_differently_at_every_visit_and_alike_in_every_run(train: Dataset) -> None:
    first, second = plan(train, policy=trivial_augment()), plan(train, policy=trivial_augment())
    visits = np.flatnonzero(first.order.row == 3)
    seen = first.__getitems__(visits.tolist())["image"]
    assert len(visits) > 3
    assert len({picture.numpy().tobytes() for picture in seen}) > 1
    assert torch.equal(seen, second.__getitems__(visits.tolist())["image"])
    other = plan(train, policy=trivial_augment(), seed=1)
    assert not torch.equal(seen, other.__getitems__(np.flatnonzero(other.order.row == 3)[: len(visits)].tolist())["image"])


def test_an_example_does_not_depend_on_what_is_fetched_with_it(train: Dataset) -> None:
    whole = plan(train, policy=trivial_augment())
    batch = whole.__getitems__(list(range(16)))
    alone = whole.__getitems__([5])
    assert torch.equal(select(batch, slice(5, 6))["image"], alone["image"])


def test_extra_rows_keep_their_pixels_where_they_are_not_to_be_augmented(train: Dataset) -> None:
    chosen = plan(train, share=0.5, policy=trivial_augment(), augment_extra=False)
    places = np.flatnonzero(chosen.order.is_extra[:16])
    batch = chosen.__getitems__(list(range(16)))
    expected = chosen.extra.__getitems__(chosen.order.row[places].tolist())["image"] if chosen.extra is not None else None
    assert expected is not None
    assert torch.equal(batch["image"][-len(places) :], expected)


def test_soft_targets_of_extra_rows_reach_the_batch(train: Dataset) -> None:
    soft = torch.full((30, 10), 0.1)
    chosen = TrainingPlan(
        ImageRows(train.select(range(50)), CODEC),
        ImageRows(train.select(range(50, 80)), CODEC),
        soft,
        0.5,
        None,
        augment_extra=True,
        classes=10,
        batch_size=16,
        steps=2,
        seed=0,
    )
    targets = chosen.__getitems__(list(range(16)))["soft_label"]
    assert torch.allclose(targets[8:], torch.full((8, 10), 0.1))
    assert torch.equal(targets[:8].max(1).values, torch.ones(8))


def test_rows_are_drawn_by_row_not_by_batch() -> None:
    whole = RowRandom(0, "plan", rows=range(5)).uniform(3)
    assert torch.equal(whole[3:], RowRandom(0, "plan", rows=[3, 4]).uniform(3))
