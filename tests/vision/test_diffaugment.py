"""DiffAugment: per-row, keyed, differentiable, and of the published strengths."""

import pytest
import torch

from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom
from augmint.vision.diffaugment import OPS, DiffAugment, brightness, contrast, cutout, saturation, translation

EVERY_OP = [op for ops in OPS.values() for op in ops]


def streams(n, key="test"):
    return RowRandom(0, key, rows=range(n))


def images(n=6, channels=3, size=16):
    return streams(n, "images").uniform(channels, size, size, low=-1.0)


@pytest.mark.parametrize("op", EVERY_OP)
def test_a_row_is_augmented_alike_whatever_the_batch(op):
    x = images()
    whole = op(x, streams(6))
    part = op(x[4:5], RowRandom(0, "test", rows=[4]))
    assert torch.allclose(whole[4:5], part, atol=1e-6)


@pytest.mark.parametrize("op", EVERY_OP)
def test_rows_get_different_parameters(op):
    x = images(1).expand(6, -1, -1, -1)
    out = op(x, streams(6))
    assert all((out[0] - out[i]).abs().max() > 1e-4 for i in range(1, 6))


@pytest.mark.parametrize("op", EVERY_OP)
def test_gradients_pass(op):
    x = images(3, size=6).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda image: op(image, streams(3)), x, atol=1e-4)


def test_brightness_adds_at_most_a_half():
    shift = (brightness(torch.zeros(2000, 1, 2, 2), streams(2000)))[:, 0, 0, 0]
    assert -0.5 <= shift.min() < -0.45
    assert 0.45 < shift.max() <= 0.5


def test_saturation_scales_colour_from_0_to_2_and_keeps_the_mean():
    x = images(1000, 3, 2)
    out = saturation(x, streams(1000))
    assert torch.allclose(out.mean(1), x.mean(1), atol=1e-5)
    factor = ((out - out.mean(1, keepdim=True)) / (x - x.mean(1, keepdim=True))).flatten(1).median(1).values
    assert factor.min() < 0.1
    assert 1.9 < factor.max() <= 2.001


def test_grayscale_has_no_saturation():
    x = images(4, 1)
    assert torch.equal(saturation(x, streams(4)), x)


def test_contrast_scales_from_a_half_to_one_and_a_half():
    x = images(1000, 1, 4)
    factor = contrast(x, streams(1000)).flatten(1).std(1) / x.flatten(1).std(1)
    assert 0.499 < factor.min() < 0.55
    assert 1.45 < factor.max() < 1.501


def test_translation_moves_whole_pixels_an_eighth_at_most_and_enters_zeros():
    x = torch.zeros(400, 1, 16, 16)
    x[:, :, 8, 8] = 1.0
    places = translation(x, streams(400)).flatten(1).argmax(1)
    down, right = places // 16 - 8, places % 16 - 8
    assert set(down.tolist()) == set(right.tolist()) == {-2, -1, 0, 1, 2}
    corner = translation(torch.ones(400, 1, 16, 16), streams(400))
    assert set(corner.unique().tolist()) == {0.0, 1.0}


def test_cutout_erases_a_square_of_half_the_side():
    kept = cutout(torch.ones(500, 2, 16, 16), streams(500))
    assert set(kept.unique().tolist()) == {0.0, 1.0}
    assert torch.equal(kept[:, 0], kept[:, 1])
    erased = (kept[:, 0] == 0).sum((1, 2))
    assert erased.max() == 64
    assert erased.min() >= 9  # a square in a corner: a quarter of it, less the rounding


def test_probability_is_the_part_of_rows_changed_and_0_changes_nothing():
    batch = {"image": images(1000, 1, 4), "label": torch.arange(1000)}
    augment = DiffAugment(("translation",))
    assert augment(batch, streams(1000), 0.0) is batch
    some, all_rows = augment(batch, streams(1000), 0.3), augment(batch, streams(1000), 1.0)
    changed = [(out["image"] != batch["image"]).flatten(1).any(1).float().mean() for out in (some, all_rows)]
    assert abs(changed[0] / changed[1] - 0.3) < 0.06
    assert torch.equal(some["label"], batch["label"])


def test_an_unknown_word_is_refused_with_the_nearest():
    with pytest.raises(UserError, match="cutout"):
        DiffAugment(("cutuot",))
