"""The image GANs by name, and how a matching pair is built."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import torch

from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import keyed_seed
from augmint.vision.discriminators.config import ImageDiscriminatorConfig
from augmint.vision.discriminators.image import ImageDiscriminator
from augmint.vision.generators.config import ImageGeneratorConfig
from augmint.vision.generators.image import ImageGenerator

DEFAULT_GENERATOR = "r3gan"
GIVEN_BY_DATA = ("image_size", "channels", "num_classes", "architecture")
OF_DISCRIMINATOR = "discriminator_"
"""Prefix of values that differ in the discriminator, such as `discriminator_base_channels`."""


def generator_names() -> tuple[str, ...]:
    """Names that `build_pair` takes."""
    from augmint.vision.architectures import architecture_names

    return architecture_names()


def check_generator_values(name: str, values: Mapping[str, Any]) -> None:
    """Raise UserError naming the nearest known word where the name or a key is unknown."""
    from augmint.vision.architectures import get_architecture

    get_architecture(name)
    known = _keys(ImageGeneratorConfig) | {OF_DISCRIMINATOR + key for key in _keys(ImageDiscriminatorConfig)}
    for key in values:
        if key not in known:
            raise UserError(f"Unknown key {key!r}.", where=f"generator.{key}", fix=nearest(str(key), known))


def build_pair(
    name: str = DEFAULT_GENERATOR,
    values: Mapping[str, Any] | None = None,
    *,
    image_size: int,
    channels: int,
    num_classes: int,
    seed: int = 0,
) -> tuple[ImageGenerator, ImageDiscriminator]:
    """A fresh generator and discriminator for these images, initialised from `seed` without touching the global generator.

    Args:
        name: one of `generator_names()`.
        values: configuration values. Those that both networks know hold for both; `discriminator_<key>` for it alone.
        image_size, channels, num_classes: of the data; num_classes 0 makes both unconditional.
        seed: keys the initial weights.

    Raises:
        UserError: an unknown name or key (naming the nearest), or a value out of range.

    Example:
        >>> generator, discriminator = build_pair("sngan", {"base_channels": 8}, image_size=28, channels=1, num_classes=10)
        >>> discriminator.config.base_channels
        8
    """
    values = dict(values or {})
    check_generator_values(name, values)
    given: dict[str, Any] = {"image_size": image_size, "channels": channels, "num_classes": num_classes, "architecture": name}
    shared = {key: value for key, value in values.items() if not key.startswith(OF_DISCRIMINATOR)}
    own = {key.removeprefix(OF_DISCRIMINATOR): value for key, value in values.items() if key.startswith(OF_DISCRIMINATOR)}
    both = {key: value for key, value in shared.items() if key in _keys(ImageDiscriminatorConfig)}
    generator_config = ImageGeneratorConfig(**given, **shared)
    discriminator_config = ImageDiscriminatorConfig(**given, **{**both, **own})
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(keyed_seed(seed, "generator", name))
        generator = ImageGenerator(generator_config)
        torch.manual_seed(keyed_seed(seed, "discriminator", name))
        discriminator = ImageDiscriminator(discriminator_config)
    return generator, discriminator


def _keys(config: type) -> set[str]:
    return {field.name for field in dataclasses.fields(config)} - set(GIVEN_BY_DATA)
