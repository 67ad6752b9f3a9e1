"""The image GANs by name, and how a matching pair is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from augmint.core.adversarial.pair import OF_DISCRIMINATOR, NetworkPair
from augmint.core.errors import UserError
from augmint.vision.depth import Depth
from augmint.vision.discriminators.config import ImageDiscriminatorConfig
from augmint.vision.discriminators.image import ImageDiscriminator
from augmint.vision.generators.config import ImageGeneratorConfig
from augmint.vision.generators.image import ImageGenerator

DEFAULT_GENERATOR = "r3gan"
_PAIR = NetworkPair(
    ImageGenerator,
    ImageDiscriminator,
    ImageGeneratorConfig,
    ImageDiscriminatorConfig,
    ("image_size", "channels", "num_classes", "architecture", "depth", "label_dim"),
)


def generator_names() -> tuple[str, ...]:
    """Names that `build_pair` takes."""
    from augmint.vision.architectures import architecture_names

    return architecture_names()


def generator_keys() -> set[str]:
    """Keys of the values that `build_pair` takes."""
    own, other = ({field.name for field in fields(config)} - set(_PAIR.given)
                  for config in (ImageGeneratorConfig, ImageDiscriminatorConfig))
    return own | {OF_DISCRIMINATOR + key for key in other}


def check_generator_values(name: str, values: Mapping[str, Any]) -> None:
    """Raise UserError naming the nearest known word where the name or a key is unknown."""
    from augmint.vision.architectures import get_architecture

    get_architecture(name)
    _PAIR.check(values)


def build_pair(
    name: str = DEFAULT_GENERATOR,
    values: Mapping[str, Any] | None = None,
    *,
    image_size: int,
    channels: int,
    num_classes: int,
    seed: int = 0,
    depth: Depth | None = None,
    shared_label_embedding: bool = False,
) -> tuple[ImageGenerator, ImageDiscriminator]:
    """A fresh generator and discriminator for these images, initialised from `seed` without touching the global generator.

    Args:
        name: one of `generator_names()`.
        values: configuration values. Those that both networks know hold for both; `discriminator_<key>` for it alone.
        image_size, channels, num_classes: of the data; num_classes 0 makes both unconditional.
        seed: keys the initial weights.
        depth: of the data, where its pictures have more than 8 bits.
        shared_label_embedding: both networks describe classes by one embedding, which `AdversarialArguments.shared_parameters`
            gives an owner.

    Raises:
        UserError: an unknown name or key (naming the nearest), or a value out of range.

    Example:
        >>> generator, discriminator = build_pair("sngan", {"base_channels": 8}, image_size=28, channels=1, num_classes=10)
        >>> discriminator.config.base_channels
        8
    """
    from augmint.vision.architectures import get_architecture

    get_architecture(name)
    if shared_label_embedding and not num_classes:
        where, fix = "generator.shared_label_embedding", "Leave it out of an unconditional pair."
        raise UserError("Without classes there is no label embedding to share.", where=where, fix=fix)
    width = (values or {}).get("embed_dim", ImageGeneratorConfig.embed_dim) if shared_label_embedding else 0
    given = {"image_size": image_size, "channels": channels, "num_classes": num_classes, "architecture": name,
             "depth": asdict(depth) if depth is not None else None, "label_dim": width}
    generator, discriminator = _PAIR.build(name, values or {}, given, seed)
    if shared_label_embedding and generator.embed is not None:
        discriminator.share_labels(generator.embed)
    return generator, discriminator
