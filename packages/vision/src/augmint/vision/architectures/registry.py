"""What an image GAN is made of, and where it is found by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import nn

from augmint.core.adversarial.regularizers import Regularizer
from augmint.core.errors import UserError, nearest


@dataclass(frozen=True)
class Architecture:
    """A generator and a discriminator that belong together, and how they are trained.

    Attributes:
        name: what recipes call it (`generator.name`).
        generator_body: (ImageGeneratorConfig, width of the style) -> module from style float32 (n, width) to unbounded images
            (n, channels, H, W) of at least the image size, a power-of-two multiple of its base grid.
        discriminator_body: ImageDiscriminatorConfig -> module from such images to features float32 (n, feature_dim), with that
            attribute.
        loss: name of the adversarial loss.
        regularizers: (training images, image side in pixels) -> the discriminator's regularisers.
        head: wraps the discriminator's last layers, with spectral norm say.
        rate: factor on the learning rate that suits the image size.
    """

    name: str
    generator_body: Callable[[Any, int], nn.Module]
    discriminator_body: Callable[[Any], nn.Module]
    loss: str
    regularizers: Callable[[int, int], tuple[Regularizer, ...]]
    head: Callable[[nn.Module], nn.Module] = lambda layer: layer
    rate: float = 1.0


_ARCHITECTURES: dict[str, Architecture] = {}


def register_architecture(architecture: Architecture) -> Architecture:
    """Make an image GAN known by its name. Raises UserError where another one has it."""
    if _ARCHITECTURES.get(architecture.name, architecture) != architecture:
        raise UserError(f"There is another image GAN {architecture.name!r}.", where="Architecture.name", fix="Choose another name.")
    _ARCHITECTURES[architecture.name] = architecture
    return architecture


def architecture_names() -> tuple[str, ...]:
    """Names that `get_architecture` takes, in the order of their registration."""
    return tuple(_ARCHITECTURES)


def get_architecture(name: str, where: str = "generator.name") -> Architecture:
    """The image GAN of that name. Raises UserError naming the nearest where there is none."""
    if name not in _ARCHITECTURES:
        raise UserError(f"There is no image GAN {name!r}.", where=where, fix=nearest(str(name), _ARCHITECTURES))
    return _ARCHITECTURES[name]
