"""An image GAN is one file: it registers its parts and is then known everywhere."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from augmint.core.adversarial import R1
from augmint.core.errors import UserError
from augmint.core.testing import check_discriminator, check_generator
from augmint.vision.architectures import Architecture, architecture_names, get_architecture, register_architecture
from augmint.vision.architectures.registry import _ARCHITECTURES
from augmint.vision.generators import build_pair
from augmint.vision.objective import adversarial_defaults, image_objective


class PlainGenerator(nn.Module):
    """One linear layer to 8 x 8 pixels."""

    def __init__(self, config, style_dim: int) -> None:
        super().__init__()
        self.shape = (config.channels, 8, 8)
        self.pixels = nn.Linear(style_dim, 64 * config.channels)

    def forward(self, style: Tensor) -> Tensor:
        return self.pixels(style).unflatten(1, self.shape)


class PlainDiscriminator(nn.Module):
    """One linear layer from 8 x 8 pixels."""

    feature_dim = 6

    def __init__(self, config) -> None:
        super().__init__()
        self.features = nn.Linear(64 * config.channels, self.feature_dim)

    def forward(self, image: Tensor) -> Tensor:
        return torch.tanh(self.features(image.flatten(1)))


PLAIN = Architecture("plain", PlainGenerator, PlainDiscriminator, "least_squares", lambda rows, side: (R1(0.5),), rate=0.5)


@pytest.fixture
def plain():
    register_architecture(PLAIN)
    yield "plain"
    del _ARCHITECTURES["plain"]


def test_a_registered_architecture_is_known_everywhere(plain: str) -> None:
    generator, discriminator = build_pair(plain, image_size=8, channels=1, num_classes=3)
    check_generator(generator, {"label": torch.tensor([0, 1, 2, 0])})
    check_discriminator(discriminator, {"image": torch.rand(4, 1, 8, 8) * 2 - 1, "label": torch.tensor([0, 1, 2, 0])})
    objective = image_objective(plain, 100, 8)
    assert [item.name for item in objective.regularizers] == ["r1"]
    assert adversarial_defaults(100, 8, plain)["learning_rate"] == 0.5 * adversarial_defaults(100, 8, "r3gan")["learning_rate"]
    assert architecture_names() == ("r3gan", "sngan", "plain")


def test_a_name_belongs_to_one_architecture(plain: str) -> None:
    assert register_architecture(PLAIN) is PLAIN
    with pytest.raises(UserError, match="another image GAN 'plain'"):
        register_architecture(Architecture("plain", PlainGenerator, PlainDiscriminator, "hinge", lambda rows, side: ()))


def test_a_misspelt_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UserError, match="r3gan"):
        get_architecture("r3gn")
