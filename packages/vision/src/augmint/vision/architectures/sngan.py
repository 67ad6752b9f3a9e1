"""sngan: residual pair with hinge loss, spectral norm and a projection discriminator, the sturdy fallback.

Source: Miyato et al. 2018, "Spectral normalization for generative adversarial networks"; Miyato and Koyama 2018, "cGANs with
projection discriminator".
"""

from __future__ import annotations

from torch.nn.utils.parametrizations import spectral_norm

from augmint.core.adversarial.regularizers import LeCam, Regularizer
from augmint.vision.architectures.registry import Architecture, register_architecture
from augmint.vision.discriminators.sngan import SNDiscriminatorBody
from augmint.vision.generators.sngan import SNGeneratorBody

TINY = 2_000
"""Training images under which the hinge loss gets a LeCam anchor."""


def _regularizers(dataset_size: int, image_size: int) -> tuple[Regularizer, ...]:
    return (LeCam(0.3),) if dataset_size < TINY else ()


SNGAN = register_architecture(
    Architecture("sngan", SNGeneratorBody, SNDiscriminatorBody, "hinge", _regularizers, head=spectral_norm, rate=0.2)
)
