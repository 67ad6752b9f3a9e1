"""r3gan, the default: residual pair without normalisation, relativistic loss with R1 and R2 at every step.

Source: Huang et al. 2024, "The GAN is dead; long live the GAN! A modern baseline GAN".
"""

from __future__ import annotations

from augmint.core.adversarial.regularizers import R1, R2, Regularizer
from augmint.vision.architectures.registry import Architecture, register_architecture
from augmint.vision.discriminators.r3gan import R3DiscriminatorBody
from augmint.vision.generators.r3gan import R3GeneratorBody


def gradient_weight(image_size: int) -> float:
    """The weight of R1 and R2: it grows with the number of pixels that the squared gradient sums over; about 1 at 32 px."""
    return image_size**2 / 1000


def _regularizers(dataset_size: int, image_size: int) -> tuple[Regularizer, ...]:
    return R1(gradient_weight(image_size)), R2(gradient_weight(image_size))


R3GAN = register_architecture(Architecture("r3gan", R3GeneratorBody, R3DiscriminatorBody, "relativistic", _regularizers))
