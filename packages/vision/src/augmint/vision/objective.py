"""Losses, regularisers and arguments that suit the image GANs and the amount of data at hand."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from augmint.core.adversarial.ada import AdaController
from augmint.core.adversarial.losses import GanLoss
from augmint.core.adversarial.objective import AdversarialObjective, Augment
from augmint.core.adversarial.regularizers import R1, R2, LeCam, Regularizer
from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import Batch, Loss, RowRandom
from augmint.vision.diffaugment import DiffAugment
from augmint.vision.nets.config import ARCHITECTURES

SMALL, TINY = 20_000, 2_000
"""Training images under which the discriminator needs augmentation from the start, and a LeCam anchor and ramped conditions."""


class ImageObjective(AdversarialObjective):
    """The adversarial objective, with the condition ramped in where asked.

    Args:
        condition_ramp: (first, last) step. Before `first` both networks ignore the class, from `last` on it has its full
            weight, linearly between: conditioning from the start is what makes class-conditional GANs collapse on little data.
            None: full weight throughout.

    The other arguments are those of `AdversarialObjective`.

    Source: Shahbazi et al. 2022, "Collapse by conditioning: training class-conditional GANs with limited data".
    """

    def __init__(
        self,
        loss: str | GanLoss = "relativistic",
        regularizers: tuple[Regularizer, ...] = (),
        *,
        augment: Augment | None = None,
        ada: AdaController | None = None,
        condition_ramp: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(loss, regularizers, "image", augment, ada)
        if condition_ramp is not None and not 0 <= condition_ramp[0] < condition_ramp[1]:
            raise UserError(f"condition_ramp is {condition_ramp}.", where="objective.condition_ramp", fix="Give 0 <= first < last step.")
        self.condition_ramp = condition_ramp

    def condition_strength(self) -> float:
        """Weight of the class at this step, 0 to 1."""
        if self.condition_ramp is None:
            return 1.0
        first, last = self.condition_ramp
        return min(max((self.step - first) / (last - first), 0.0), 1.0)

    def _set_strength(self, network: nn.Module) -> None:
        buffer = getattr(getattr(network, "module", network), "condition_strength", None)
        if self.condition_ramp is not None and isinstance(buffer, Tensor):
            buffer.fill_(self.condition_strength())

    def fakes(self, generator: nn.Module, real: Batch, rng: RowRandom) -> Batch:
        self._set_strength(generator)
        return super().fakes(generator, real, rng)

    def discriminator_loss(self, discriminator: nn.Module, real: Batch, fake: Batch, rng: RowRandom) -> Loss:
        self._set_strength(discriminator)
        return super().discriminator_loss(discriminator, real, fake, rng)


def check_architecture(architecture: str) -> None:
    """Raise UserError naming the nearest where there is no such architecture."""
    if architecture not in ARCHITECTURES:
        raise UserError(f"There is no image GAN {architecture!r}.", where="generator.name", fix=nearest(str(architecture), ARCHITECTURES))


def image_objective(architecture: str, dataset_size: int) -> ImageObjective:
    """The objective that suits this architecture and this many training images."""
    check_architecture(architecture)
    augment = DiffAugment() if dataset_size < SMALL else None
    if architecture == "sngan":
        return ImageObjective("hinge", augment=augment)
    return ImageObjective("relativistic", (R1(0.05), R2(0.05)), augment=augment)


def adversarial_defaults(dataset_size: int, image_size: int, architecture: str) -> dict[str, Any]:
    """Values of AdversarialArguments that suit this architecture and this many training images."""
    check_architecture(architecture)
    return {"max_steps": 2000, "per_device_train_batch_size": 64, "learning_rate": 2e-4}
