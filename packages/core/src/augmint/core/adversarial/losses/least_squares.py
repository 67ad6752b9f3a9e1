"""Least-squares loss."""

from __future__ import annotations

from torch import Tensor

from augmint.core.adversarial.losses.base import GanLoss, register_loss


@register_loss
class LeastSquares(GanLoss):
    """Discriminator: ((D(x) - 1)^2 + D(G(z))^2) / 2; generator: (D(G(z)) - 1)^2 / 2.

    Source: Mao et al. 2017, "Least squares generative adversarial networks" (its 0-1 coding, equation 9).
    """

    name = "least_squares"

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return 0.5 * ((real - 1).square() + fake.square())

    def generator(self, fake: Tensor, real: Tensor | None) -> Tensor:
        return 0.5 * (fake - 1).square()

    def margin(self, real: Tensor, fake: Tensor) -> Tensor:
        return real - 0.5  # the boundary between the targets 0 and 1
