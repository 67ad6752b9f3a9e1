"""Regularisers of the discriminator, one a file, found by name."""

from augmint.core.adversarial.regularizers.base import (
    Critique,
    Regularizer,
    get_regularizer,
    register_regularizer,
    regularizer_names,
)
from augmint.core.adversarial.regularizers.gradient_penalty import GradientPenalty
from augmint.core.adversarial.regularizers.lecam import LeCam
from augmint.core.adversarial.regularizers.r1 import R1
from augmint.core.adversarial.regularizers.r2 import R2

__all__ = ["R1", "R2", "Critique", "GradientPenalty", "LeCam", "Regularizer", "get_regularizer", "register_regularizer",
           "regularizer_names"]
