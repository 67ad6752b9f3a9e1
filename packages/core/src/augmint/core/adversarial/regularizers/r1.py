"""R1: the discriminator must be flat at real rows."""

from __future__ import annotations

from torch import Tensor

from augmint.core.adversarial.regularizers.base import Critique, Regularizer, register_regularizer


@register_regularizer
class R1(Regularizer):
    """gamma / 2 times the mean squared norm of the gradient at real rows; `weight` is gamma.

    Source: Mescheder et al. 2018, "Which training methods for GANs do actually converge?"
    """

    name = "r1"
    reads = ("real",)

    def penalty(self, critique: Critique) -> Tensor:
        return 0.5 * critique.gradients["real"].flatten(1).square().sum(1).mean()
