"""What a sound GAN is made of, and where it is found by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import nn

from augmint.core.errors import UserError, nearest


@dataclass(frozen=True)
class WaveArchitecture:
    """A generator and a discriminator that belong together.

    Attributes:
        name: what recipes call it (`generator.name`).
        generator_body: (WaveGeneratorConfig, width of the style) -> module from style float32 (n, width) to waves
            float32 (n, samples) of any size.
        discriminator_body: WaveDiscriminatorConfig -> module from waves float32 (n, samples) to features float32 (n, feature_dim),
            with that attribute.
        width: base_channels where none are given.
        rate: learning rate that suits the pair.
        reads: "wave" or "spectrum": what the discriminator's first layer sees.
    """

    name: str
    generator_body: Callable[[Any, int], nn.Module]
    discriminator_body: Callable[[Any], nn.Module]
    width: int
    rate: float
    reads: str = "wave"


_ARCHITECTURES: dict[str, WaveArchitecture] = {}


def register_architecture(architecture: WaveArchitecture) -> WaveArchitecture:
    """Make a sound GAN known by its name. Raises UserError where another one has it."""
    if _ARCHITECTURES.get(architecture.name, architecture) != architecture:
        where = "WaveArchitecture.name"
        raise UserError(f"There is another sound GAN {architecture.name!r}.", where=where, fix="Choose another name.")
    _ARCHITECTURES[architecture.name] = architecture
    return architecture


def architecture_names() -> tuple[str, ...]:
    """Names that `get_architecture` takes, in the order of their registration."""
    return tuple(_ARCHITECTURES)


def get_architecture(name: str, where: str = "generator.name") -> WaveArchitecture:
    """The sound GAN of that name. Raises UserError naming the nearest where there is none."""
    if name not in _ARCHITECTURES:
        raise UserError(f"There is no sound GAN {name!r}.", where=where, fix=nearest(str(name), _ARCHITECTURES))
    return _ARCHITECTURES[name]
