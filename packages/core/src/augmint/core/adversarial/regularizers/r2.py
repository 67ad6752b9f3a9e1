"""R2: the discriminator must be flat at generated rows."""

from __future__ import annotations

from torch import Tensor

from augmint.core.adversarial.regularizers.base import Critique, Regularizer, register_regularizer


@register_regularizer
class R2(Regularizer):
    """gamma / 2 times the mean squared norm of the gradient at generated rows; `weight` is gamma.

    Source: Mescheder et al. 2018, "Which training methods for GANs do actually converge?"; with R1 beside the relativistic loss
    in Huang et al. 2024, "The GAN is dead; long live the GAN! A modern GAN baseline".
    """

    name = "r2"
    reads = ("fake",)

    def penalty(self, critique: Critique) -> Tensor:
        return 0.5 * critique.gradients["fake"].flatten(1).square().sum(1).mean()
