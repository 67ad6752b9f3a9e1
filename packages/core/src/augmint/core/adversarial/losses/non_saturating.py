"""Non-saturating logistic loss."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import softplus

from augmint.core.adversarial.losses.base import GanLoss, register_loss


@register_loss
class NonSaturating(GanLoss):
    """Discriminator: -log s(D(x)) - log(1 - s(D(G(z)))); generator: -log s(D(G(z))), s the logistic function.

    Source: Goodfellow et al. 2014, "Generative adversarial nets".
    """

    name = "non_saturating"

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return softplus(-real) + softplus(fake)

    def generator(self, fake: Tensor, real: Tensor | None) -> Tensor:
        return softplus(-fake)
