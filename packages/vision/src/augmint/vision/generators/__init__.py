"""Image generators."""

from augmint.vision.generators.config import ImageGeneratorConfig
from augmint.vision.generators.image import ImageGenerator
from augmint.vision.generators.registry import DEFAULT_GENERATOR, build_pair, check_generator_values, generator_names

__all__ = ["DEFAULT_GENERATOR", "ImageGenerator", "ImageGeneratorConfig", "build_pair", "check_generator_values", "generator_names"]
