"""Images for augmint. The names below are imported when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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


def __getattr__(name: str) -> Any:
    """The name from the room it lives in."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
