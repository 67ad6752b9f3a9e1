"""Wasserstein loss."""

from __future__ import annotations

from torch import Tensor

from augmint.core.adversarial.losses.base import GanLoss, register_loss


@register_loss
class Wasserstein(GanLoss):
    """Discriminator: D(G(z)) - D(x); generator: -D(G(z)). Together with `GradientPenalty` it is WGAN-GP.

    Source: Arjovsky et al. 2017, "Wasserstein generative adversarial networks"; Gulrajani et al. 2017, "Improved training of
    Wasserstein GANs".
    """

    name = "wasserstein"
    saturates = False

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return fake - real

    def generator(self, fake: Tensor, real: Tensor | None) -> Tensor:
        return -fake

    def margin(self, real: Tensor, fake: Tensor) -> Tensor:
        return real - fake  # the critic's zero means nothing
