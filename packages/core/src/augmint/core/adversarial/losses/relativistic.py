"""Relativistic pairing loss."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import softplus

from augmint.core.adversarial.losses.base import GanLoss, register_loss


@register_loss
class Relativistic(GanLoss):
    """Pairs a real with a fake row: softplus(-(D(x) - D(G(z)))) for the discriminator, softplus(D(x) - D(G(z))) for the generator.

    Wants both R1 and R2, without which it need not converge.
    Source: Jolicoeur-Martineau 2019, "The relativistic discriminator"; Huang et al. 2024, "The GAN is dead; long live the GAN!
    A modern GAN baseline" (R3GAN).
    """

    name = "relativistic"
    pairs = True

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return softplus(fake - real)

    def generator(self, fake: Tensor, real: Tensor | None) -> Tensor:
        if real is None:
            raise ValueError("The relativistic loss needs the real logits.")
        return softplus(real - fake)

    def margin(self, real: Tensor, fake: Tensor) -> Tensor:
        return real - fake
