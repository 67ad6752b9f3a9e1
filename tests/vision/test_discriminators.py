"""Image discriminators: contract, saving, conditions and gradients, on narrow real networks."""

import pytest
import torch

from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom
from augmint.core.testing import check_discriminator
from augmint.vision.discriminators import ImageDiscriminator, ImageDiscriminatorConfig
from augmint.vision.generators import build_pair, generator_names


def narrow(name="r3gan", size=8, channels=1, classes=3, **values):
    values = {"base_channels": 4, "max_channels": 8, **values}
    return build_pair(name, values, image_size=size, channels=channels, num_classes=classes)[1]


def images(n, size=8, channels=1, classes=3):
    rng = RowRandom(0, "test", rows=range(n))
    return {"image": rng.uniform(channels, size, size, low=-1.0), "label": torch.arange(n) % max(1, classes)}


@pytest.mark.parametrize("name", generator_names())
@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_discriminators_keep_the_contract(name, classes, mode):
    discriminator = narrow(name, 12, 2, classes)
    getattr(discriminator, mode)()
    check_discriminator(discriminator, images(4, 12, 2, classes))


@pytest.mark.parametrize("name", generator_names())
def test_saved_discriminators_come_back_bit_for_bit(name, tmp_path):
    discriminator = narrow(name, 12, 3)
    discriminator(images(2, 12, 3))  # moves the spectral norm's vectors, which must be saved too
    discriminator.save_pretrained(tmp_path)
    again = ImageDiscriminator.from_pretrained(tmp_path)
    assert again.config == discriminator.config
    assert torch.equal(discriminator.eval()(images(3, 12, 3)), again.eval()(images(3, 12, 3)))


@pytest.mark.parametrize("name", generator_names())
def test_the_class_changes_the_score_and_the_strength_switches_that_off(name):
    discriminator = narrow(name).eval()
    image = images(1)["image"].expand(2, -1, -1, -1)
    batch = {"image": image, "label": torch.tensor([0, 1])}
    scores = discriminator(batch)
    assert (scores[0] - scores[1]).abs() > 1e-5
    discriminator.condition_strength.fill_(0.0)
    scores = discriminator(batch)
    assert torch.allclose(scores[0], scores[1])


@pytest.mark.parametrize("name", generator_names())
def test_gradient_penalties_reach_every_weight(name):
    """R1 differentiates twice: a part without a second derivative would leave weights without a gradient."""
    discriminator = narrow(name, 16)
    batch = images(3, 16)
    batch["image"].requires_grad_()
    scores = discriminator(batch)
    slope, = torch.autograd.grad(scores.sum(), batch["image"], create_graph=True)
    (slope.square().sum() + scores.square().sum()).backward()
    assert all(weight.grad is not None and weight.grad.isfinite().all() for weight in discriminator.parameters())


def test_spectral_normalisation_bounds_every_convolution():
    discriminator = narrow("sngan", 16)
    for _ in range(30):
        discriminator(images(2, 16))
    for module in discriminator.eval().modules():
        if isinstance(module, torch.nn.Conv2d):
            assert torch.linalg.matrix_norm(module.weight.flatten(1), 2) < 1.05


def test_a_score_needs_the_configured_shape_and_labels():
    discriminator = narrow()
    with pytest.raises(UserError, match=r"\(1, 8, 8\)"):
        discriminator(images(2, 10))
    with pytest.raises(UserError, match="no labels"):
        discriminator({"image": images(2)["image"]})


def test_every_pixel_counts_where_the_size_is_padded():
    """9 px are scored on a 10 px grid: no row or column may be cut off."""
    discriminator = narrow(size=9, channels=1)
    batch = images(1, 9)
    batch["image"].requires_grad_()
    slope, = torch.autograd.grad(discriminator(batch).sum(), batch["image"])
    assert (slope.abs() > 0).all()


def test_wrong_configurations_are_refused():
    for values in ({"channels": 0}, {"num_classes": -1}, {"base_channels": 3}, {"image_size": 4}, {"architecture": "dcgan"}):
        with pytest.raises(UserError):
            ImageDiscriminatorConfig(**values)
