"""A generator and a discriminator that match, made of one section of the recipe."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import torch

from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import Discriminator, Generator, keyed_seed

OF_DISCRIMINATOR = "discriminator_"
"""Prefix of values that differ in the discriminator, such as `discriminator_base_channels`."""
GeneratorT = TypeVar("GeneratorT", bound=Generator)
DiscriminatorT = TypeVar("DiscriminatorT", bound=Discriminator)


@dataclass(frozen=True)
class NetworkPair(Generic[GeneratorT, DiscriminatorT]):
    """How the two networks of a GAN are built.

    Attributes:
        generator, discriminator: config -> network.
        generator_config, discriminator_config: dataclasses.
        given: values that the data or the pair's name decide: a recipe cannot set them.
    """

    generator: Callable[[Any], GeneratorT]
    discriminator: Callable[[Any], DiscriminatorT]
    generator_config: type
    discriminator_config: type
    given: tuple[str, ...]

    def check(self, values: Mapping[str, Any]) -> None:
        """Raise UserError naming the nearest known key where one is unknown."""
        known = self._keys(self.generator_config) | {OF_DISCRIMINATOR + key for key in self._keys(self.discriminator_config)}
        for key in values:
            if key not in known:
                raise UserError(f"Unknown key {key!r}.", where=f"generator.{key}", fix=nearest(str(key), known))

    def build(self, name: str, values: Mapping[str, Any], given: Mapping[str, Any], seed: int) -> tuple[GeneratorT, DiscriminatorT]:
        """Fresh networks, initialised from `seed` without touching the global generator.

        Args:
            name: of the pair; keys the initial weights.
            values: configuration values. Those that both networks know hold for both; `discriminator_<key>` for it alone.
            given: what is decided already; each network takes what it knows.
            seed: keys the initial weights too.

        Raises:
            UserError: an unknown key (naming the nearest), or a value out of range.
        """
        self.check(values)
        shared = {key: value for key, value in values.items() if not key.startswith(OF_DISCRIMINATOR)}
        own = {key.removeprefix(OF_DISCRIMINATOR): value for key, value in values.items() if key.startswith(OF_DISCRIMINATOR)}
        both = {key: value for key, value in shared.items() if key in self._keys(self.discriminator_config)}
        fixed = [_known(config, given) for config in (self.generator_config, self.discriminator_config)]
        configs = self.generator_config(**fixed[0], **shared), self.discriminator_config(**fixed[1], **{**both, **own})
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(keyed_seed(seed, "generator", name))
            generator = self.generator(configs[0])
            torch.manual_seed(keyed_seed(seed, "discriminator", name))
            discriminator = self.discriminator(configs[1])
        return generator, discriminator

    def _keys(self, config: type) -> set[str]:
        return {field.name for field in dataclasses.fields(config)} - set(self.given)


def _known(config: type, values: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in dataclasses.fields(config)}
    return {name: value for name, value in values.items() if name in names}
