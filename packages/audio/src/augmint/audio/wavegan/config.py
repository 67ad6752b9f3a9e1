"""Configuration of the class-conditional sound GANs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from augmint.core.errors import UserError

MIN_SAMPLES, MAX_SAMPLES = 1024, 131_072


@dataclass
class WaveGeneratorConfig:
    """Everything that fixes a generator's weights' shapes; saved as `config.json`.

    Attributes:
        samples: length of the window, a power of two, 1024 to 131072.
        sampling_rate: of the clips, in Hz.
        num_classes: 0 for an unconditional generator, else 2 or more.
        architecture: "istft" or "wavegan".
        latent_dim: numbers of noise a row is made of.
        embed_dim: numbers a class is described by, next to the noise.
        base_channels: width of the layers; at the wave's own rate for "wavegan", of the last frames for "istft".

    Raises:
        UserError: a value is out of range.

    Example:
        >>> WaveGeneratorConfig(samples=8192, sampling_rate=8000, num_classes=10).architecture
        'istft'
    """

    samples: int = 16_384
    sampling_rate: int = 16_000
    num_classes: int = 0
    architecture: str = "istft"
    latent_dim: int = 100
    embed_dim: int = 32
    base_channels: int = 0

    def __post_init__(self) -> None:
        check_config(self, "generator", {"latent_dim": 1, "embed_dim": 1})
        self.base_channels = self.base_channels or default_width(self.architecture)


@dataclass
class WaveDiscriminatorConfig:
    """Everything that fixes a discriminator's weights' shapes; saved as `config.json`.

    Attributes:
        samples: length of the window, a power of two, 1024 to 131072.
        sampling_rate: of the clips, in Hz.
        num_classes: 0 for an unconditional discriminator, else 2 or more.
        architecture: "istft" or "wavegan".
        base_channels: width of the first layer.

    Raises:
        UserError: a value is out of range.
    """

    samples: int = 16_384
    sampling_rate: int = 16_000
    num_classes: int = 0
    architecture: str = "istft"
    base_channels: int = 0

    def __post_init__(self) -> None:
        check_config(self, "discriminator", {})
        self.base_channels = self.base_channels or default_width(self.architecture)


def default_width(architecture: str) -> int:
    """Channels of the narrowest layer where none are given."""
    from augmint.audio.wavegan.architectures import get_architecture  # the bodies' own modules need this one

    return get_architecture(architecture).width


def check_config(config: Any, where: str, least: dict[str, int]) -> None:
    """Raise UserError unless the architecture is known, the window is possible and every number is at least its bound."""
    from augmint.audio.wavegan.architectures import get_architecture

    get_architecture(config.architecture, f"{where}.name")
    for name, low in {"samples": MIN_SAMPLES, "sampling_rate": 1000, "num_classes": 0, "base_channels": 0, **least}.items():
        value = getattr(config, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < low:
            raise UserError(f"{name} is {value!r}.", where=f"{where}.{name}", fix=f"Use a whole number, {low} or more.")
    if config.samples & (config.samples - 1) or config.samples > MAX_SAMPLES:
        fix = f"Use a power of two, {MIN_SAMPLES} to {MAX_SAMPLES}."
        raise UserError(f"samples is {config.samples}.", where=f"{where}.samples", fix=fix)
    if 0 < config.base_channels < 4:
        raise UserError(f"base_channels is {config.base_channels}.", where=f"{where}.base_channels", fix="Use 4 or more, or 0.")
    if config.num_classes == 1:
        raise UserError("num_classes is 1.", where=f"{where}.num_classes", fix="Use 0 for an unconditional GAN, or 2 or more.")
