"""Batches of rows that differ in length."""

import pytest
import torch

from augmint.core.adversarial.data_order import collate
from augmint.core.interfaces import concatenate


def test_rows_of_any_length_come_together_and_keep_their_values() -> None:
    parts = [{"wave": torch.full((2, width), float(width)), "wave_length": torch.tensor([width, width])} for width in (3, 5, 1)]
    whole = concatenate(parts)
    assert whole["wave"].shape == (6, 5)
    assert [row[:length].tolist() for row, length in zip(whole["wave"], whole["wave_length"].tolist(), strict=True)] == [
        [float(width)] * width for width in (3, 3, 5, 5, 1, 1)
    ]


def test_rows_of_one_shape_come_together_as_they_are() -> None:
    images = torch.randint(0, 256, (4, 1, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    assert torch.equal(concatenate([{"image": images[:1]}, {"image": images[1:]}])["image"], images)


def test_images_of_other_heights_are_refused() -> None:
    with pytest.raises(RuntimeError, match="Sizes of tensors"):
        concatenate([{"image": torch.zeros(1, 1, 8, 8)}, {"image": torch.zeros(1, 1, 9, 8)}])


def test_single_rows_of_any_length_make_a_batch() -> None:
    batch = collate([{"text": torch.tensor([1, 2, 3]), "label": 0}, {"text": torch.tensor([4]), "label": 1}])
    assert batch["text"].tolist() == [[1, 2, 3], [4, 0, 0]]
    assert batch["label"].tolist() == [0, 1]
