"""Hinge loss."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import relu

from augmint.core.adversarial.losses.base import GanLoss, register_loss


@register_loss
class Hinge(GanLoss):
    """Discriminator: max(0, 1 - D(x)) + max(0, 1 + D(G(z))); generator: -D(G(z)).

    Source: Lim and Ye 2017, "Geometric GAN"; Miyato et al. 2018, "Spectral normalization for generative adversarial networks".
    """

    name = "hinge"

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return relu(1 - real) + relu(1 + fake)

    def generator(self, fake: Tensor, real: Tensor | None) -> Tensor:
        return -fake
