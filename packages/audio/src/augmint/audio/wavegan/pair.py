"""How a matching generator and discriminator are built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augmint.audio.wavegan.architectures import architecture_names, get_architecture
from augmint.audio.wavegan.config import WaveDiscriminatorConfig, WaveGeneratorConfig
from augmint.audio.wavegan.discriminator import WaveDiscriminator
from augmint.audio.wavegan.generator import ConditionalWaveGenerator
from augmint.core.adversarial.pair import NetworkPair

DEFAULT_GENERATOR = "istft"
_PAIR = NetworkPair(
    ConditionalWaveGenerator,
    WaveDiscriminator,
    WaveGeneratorConfig,
    WaveDiscriminatorConfig,
    ("samples", "sampling_rate", "num_classes", "architecture"),
)


def generator_names() -> tuple[str, ...]:
    """Names that `build_pair` takes."""
    return architecture_names()


def check_generator_values(name: str, values: Mapping[str, Any]) -> None:
    """Raise UserError naming the nearest known word where the name or a key is unknown."""
    get_architecture(name)
    _PAIR.check(values)


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
    get_architecture(name)
    given = {"samples": samples, "sampling_rate": sampling_rate, "num_classes": num_classes, "architecture": name}
    return _PAIR.build(name, values or {}, given, seed)
