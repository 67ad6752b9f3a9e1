"""How a matching generator and discriminator are built."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import torch

from augmint.audio.wavegan.architectures import architecture_names, get_architecture
from augmint.audio.wavegan.config import WaveDiscriminatorConfig, WaveGeneratorConfig
from augmint.audio.wavegan.discriminator import WaveDiscriminator
from augmint.audio.wavegan.generator import ConditionalWaveGenerator
from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import keyed_seed

DEFAULT_GENERATOR = "istft"
GIVEN_BY_DATA = ("samples", "sampling_rate", "num_classes", "architecture")
OF_DISCRIMINATOR = "discriminator_"
"""Prefix of values that differ in the discriminator, such as `discriminator_base_channels`."""


def generator_names() -> tuple[str, ...]:
    """Names that `build_pair` takes."""
    return architecture_names()


def check_generator_values(name: str, values: Mapping[str, Any]) -> None:
    """Raise UserError naming the nearest known word where the name or a key is unknown."""
    get_architecture(name)
    known = _keys(WaveGeneratorConfig) | {OF_DISCRIMINATOR + key for key in _keys(WaveDiscriminatorConfig)}
    for key in values:
        if key not in known:
            raise UserError(f"Unknown key {key!r}.", where=f"generator.{key}", fix=nearest(str(key), known))


def build_pair(
    name: str = DEFAULT_GENERATOR,
    values: Mapping[str, Any] | None = None,
    *,
    samples: int,
    sampling_rate: int,
    num_classes: int,
    seed: int = 0,
) -> tuple[ConditionalWaveGenerator, WaveDiscriminator]:
    """A fresh generator and discriminator for such clips, initialised from `seed` without touching the global generator.

    Args:
        name: one of `generator_names()`.
        values: configuration values. Those that both networks know hold for both; `discriminator_<key>` for it alone.
        samples: length of the window, a power of two (`window_for`).
        sampling_rate: in Hz.
        num_classes: 0 makes both unconditional.
        seed: keys the initial weights.

    Raises:
        UserError: an unknown name or key (naming the nearest), or a value out of range.

    Example:
        >>> generator, discriminator = build_pair("wavegan", {"base_channels": 4}, samples=1024, sampling_rate=8000, num_classes=10)
        >>> discriminator.config.base_channels
        4
    """
    values = dict(values or {})
    check_generator_values(name, values)
    given: dict[str, Any] = {"samples": samples, "sampling_rate": sampling_rate, "num_classes": num_classes, "architecture": name}
    shared = {key: value for key, value in values.items() if not key.startswith(OF_DISCRIMINATOR)}
    own = {key.removeprefix(OF_DISCRIMINATOR): value for key, value in values.items() if key.startswith(OF_DISCRIMINATOR)}
    both = {key: value for key, value in shared.items() if key in _keys(WaveDiscriminatorConfig)}
    generator_config = WaveGeneratorConfig(**given, **shared)
    discriminator_config = WaveDiscriminatorConfig(**given, **{**both, **own})
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(keyed_seed(seed, "generator", name))
        generator = ConditionalWaveGenerator(generator_config)
        torch.manual_seed(keyed_seed(seed, "discriminator", name))
        discriminator = WaveDiscriminator(discriminator_config)
    return generator, discriminator


def _keys(config: type) -> set[str]:
    return {field.name for field in dataclasses.fields(config)} - set(GIVEN_BY_DATA)
