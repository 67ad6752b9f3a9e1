"""Configuration of image generators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from augmint.vision.nets.config import check_config, default_width


@dataclass
class ImageGeneratorConfig:
    """Everything that fixes a generator's weights' shapes; saved as `config.json`.

    Attributes:
        image_size: side in pixels, 8 to 256.
        channels: 1 for grayscale, 3 for colour, any number from 1.
        num_classes: 0 for an unconditional generator, else 2 or more.
        architecture: "r3gan" or "sngan".
        latent_dim: numbers of noise a row is made of.
        embed_dim: numbers a class is described by, next to the noise.
        base_channels: channels at half the image size; doubled a stage inwards. 0 chooses by image_size.
        max_channels: no stage has more. 0 chooses 4 * base_channels.
        blocks: residual blocks a stage.
        group_size: channels a group of the 3x3 convolutions (r3gan's inverted bottlenecks); 0 uses plain 3x3 pairs.
        depth: black, white and mode of the training pictures where they have more than 8 bits (see `augmint.vision.depth`).

    Raises:
        UserError: a value is out of range.

    Example:
        >>> ImageGeneratorConfig(image_size=28, channels=1, num_classes=10).base_channels
        32
    """

    image_size: int = 32
    channels: int = 3
    num_classes: int = 0
    architecture: str = "r3gan"
    latent_dim: int = 64
    embed_dim: int = 32
    base_channels: int = 0
    max_channels: int = 0
    blocks: int = 1
    group_size: int = 0
    depth: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.base_channels == 0:
            self.base_channels = default_width(self.image_size)
        if self.max_channels == 0:
            self.max_channels = 4 * self.base_channels
        least = {"channels": 1, "num_classes": 0, "latent_dim": 1, "embed_dim": 1, "base_channels": 4, "max_channels": 4}
        check_config(self, "generator", {**least, "blocks": 1, "group_size": 0})
