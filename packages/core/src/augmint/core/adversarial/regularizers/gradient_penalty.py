"""Gradient penalty: slope 1 between real and generated rows."""

from __future__ import annotations

from torch import Tensor

from augmint.core.adversarial.regularizers.base import Critique, Regularizer, register_regularizer


@register_regularizer
class GradientPenalty(Regularizer):
    """Mean of (norm of the gradient - 1)^2 at points drawn between real and generated rows.

    Source: Gulrajani et al. 2017, "Improved training of Wasserstein GANs" (weight 10).
    """

    name = "gradient_penalty"
    reads = ("between",)

    def penalty(self, critique: Critique) -> Tensor:
        squared = critique.gradients["between"].flatten(1).square().sum(1)
        return ((squared + 1e-12).sqrt() - 1).square().mean()  # the square root has no derivative at 0
