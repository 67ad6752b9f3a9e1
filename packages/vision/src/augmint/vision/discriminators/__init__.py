"""Image discriminators."""

from augmint.vision.discriminators.config import ImageDiscriminatorConfig
from augmint.vision.discriminators.image import ImageDiscriminator

__all__ = ["ImageDiscriminator", "ImageDiscriminatorConfig"]
