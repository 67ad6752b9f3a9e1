"""What generator and discriminator configurations share, and its checks."""

from __future__ import annotations

from typing import Any

from augmint.core.errors import UserError
from augmint.vision.nets.geometry import base_grid


def check_config(config: Any, where: str, whole: dict[str, int]) -> None:
    """Raise UserError unless the architecture is known, the size is possible and every field in `whole` is at least its bound."""
    from augmint.vision.architectures import get_architecture  # the bodies' own modules need this one

    get_architecture(config.architecture, f"{where}.name")
    base_grid(config.image_size)
    for name, least in whole.items():
        value = getattr(config, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise UserError(f"{name} is {value!r}.", where=f"{where}.{name}", fix=f"Use a whole number, {least} or more.")
    if config.num_classes == 1:
        raise UserError("num_classes is 1.", where=f"{where}.num_classes", fix="Use 0 for an unconditional GAN, or 2 or more.")
    if config.max_channels < config.base_channels:
        raise UserError(
            f"max_channels ({config.max_channels}) is less than base_channels ({config.base_channels}).",
            where=f"{where}.max_channels",
            fix="Raise it, or lower base_channels.",
        )
    group = config.group_size
    if group and (2 * config.base_channels) % group:
        raise UserError(
            f"group_size ({group}) does not divide twice base_channels ({2 * config.base_channels}).",
            where=f"{where}.group_size",
            fix="Use 0 (no groups) or a divisor.",
        )


def default_width(image_size: int) -> int:
    """Channels at half the image size; at 8 px that is the only stage, and there is time for more.

    Measured on Fashion-MNIST (28 px): see `benchmarks/gan_fashion_mnist.md`.
    """
    return 64 if image_size <= 8 else 32
