"""MixUp and CutMix mix images and labels by the same share."""

import numpy as np
import pytest
import torch

from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom
from augmint.vision.policy import ImagePolicy, Mixing, MixOp
from augmint.vision.policy.mixing import larger_share


def flat_rows(n: int = 40, dtype: torch.dtype = torch.float32) -> dict[str, torch.Tensor]:
    """Row i is one colour throughout, i/n, and of class i, so that what it was mixed with can be read off."""
    value = torch.arange(n).float() / n
    image = value.reshape(-1, 1, 1, 1).expand(n, 1, 20, 20).contiguous()
    return {"image": image if dtype == torch.float32 else (image * 255).round().to(dtype), "label": torch.arange(n),
            "soft_label": torch.eye(n)}


def mixed(mixup: float = 0.0, cutmix: float = 0.0, alpha: float = 1.0, n: int = 40, **kind) -> dict[str, torch.Tensor]:
    policy = ImagePolicy(mixing=Mixing(MixOp(mixup, alpha), MixOp(cutmix, alpha)))
    return policy.mix(flat_rows(n, **kind), RowRandom(0, "t", rows=range(n)))


@pytest.mark.parametrize("kind", ["mixup", "cutmix"])
def test_labels_and_images_are_mixed_by_the_same_share(kind):
    batch, out = flat_rows(), mixed(**{kind: 1.0})
    assert torch.allclose(out["soft_label"].sum(1), torch.ones(40), atol=1e-6)
    expected = out["soft_label"] @ batch["image"].mean(dim=(1, 2, 3))
    assert torch.allclose(out["image"].mean(dim=(1, 2, 3)), expected, atol=1e-5)
    assert int((out["soft_label"] > 0).sum(1).max()) == 2
    assert torch.equal(out["label"], batch["label"])


def test_the_label_stays_the_likeliest_class():
    for kind in ("mixup", "cutmix"):
        share = mixed(**{kind: 1.0}, n=300)["soft_label"].diagonal()
        assert float(share.min()) >= 0.499
        assert 0.6 < float(share.mean()) < 0.9


def test_cutmix_pastes_one_rectangle_of_another_row():
    batch, out = flat_rows(), mixed(cutmix=1.0)
    for row, (image, label) in enumerate(zip(out["image"], out["soft_label"])):
        values = image.unique()
        assert len(values) <= 2
        if len(values) == 2:
            foreign = (image[0] != batch["image"][row, 0]).nonzero()
            extent = foreign.amax(0) - foreign.amin(0) + 1
            assert int(extent.prod()) == len(foreign)
            assert abs(len(foreign) / 400 - float(1 - label[row])) < 1e-6


def test_probabilities_say_how_many_rows_are_mixed():
    out = mixed(0.3, 0.2, n=2000)
    untouched = (out["soft_label"].diagonal() == 1).float().mean()
    assert abs(float(untouched) - 0.5) < 0.05


def test_larger_shares_follow_the_beta_distribution():
    unit = (np.arange(20_000) + 0.5) / 20_000
    draws = np.random.default_rng(0).beta(0.3, 0.3, 20_000)
    assert np.allclose(np.quantile(larger_share(unit, 0.3), [0.1, 0.5, 0.9]),
                       np.quantile(np.maximum(draws, 1 - draws), [0.1, 0.5, 0.9]), atol=0.02)


def test_uint8_rows_stay_uint8_and_agree_with_floating_point():
    whole, real = mixed(0.5, 0.5, dtype=torch.uint8), mixed(0.5, 0.5)
    assert whole["image"].dtype == torch.uint8
    assert (whole["image"] / 255 - real["image"]).abs().max() < 1 / 255
    assert torch.equal(whole["soft_label"], real["soft_label"])


def test_no_row_is_its_own_partner_and_one_row_passes():
    assert bool((mixed(1.0, n=2)["soft_label"] > 0).all())
    assert torch.equal(mixed(1.0, n=1)["soft_label"], torch.ones(1, 1))


def test_mixing_without_soft_labels_says_what_is_missing():
    batch = {"image": torch.zeros(4, 1, 8, 8), "label": torch.zeros(4, dtype=torch.int64)}
    with pytest.raises(UserError, match="soft_label"):
        ImagePolicy(mixing=Mixing(MixOp(1.0)))(batch, RowRandom(0, "t", rows=range(4)))
    assert ImagePolicy()(batch, RowRandom(0, "t", rows=range(4))) is batch
