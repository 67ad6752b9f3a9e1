"""Images for augmint. The names below are imported when they are first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from augmint.core.lazy import lazy_names

if TYPE_CHECKING:
    from augmint.vision.classification.task import ImageClassification
    from augmint.vision.codec import ImageCodec
    from augmint.vision.discriminators import ImageDiscriminator, ImageDiscriminatorConfig
    from augmint.vision.generators import ImageGenerator, ImageGeneratorConfig, build_pair
    from augmint.vision.objective import ImageObjective, image_objective
    from augmint.vision.policy import ImagePolicy, ImagePolicySpace, rand_augment, trivial_augment

_HOMES = {
    "ImageClassification": "classification.task", "ImageCodec": "codec", "ImageDiscriminator": "discriminators",
    "ImageDiscriminatorConfig": "discriminators", "ImageGenerator": "generators", "ImageGeneratorConfig": "generators",
    "build_pair": "generators", "ImageObjective": "objective", "image_objective": "objective", "ImagePolicy": "policy",
    "ImagePolicySpace": "policy", "rand_augment": "policy", "trivial_augment": "policy",
}

__all__ = [
    "ImageClassification", "ImageCodec", "ImageDiscriminator", "ImageDiscriminatorConfig", "ImageGenerator", "ImageGeneratorConfig",
    "ImageObjective", "ImagePolicy", "ImagePolicySpace", "build_pair", "image_objective", "rand_augment", "trivial_augment",
]


__getattr__, __dir__ = lazy_names(__name__, _HOMES)
