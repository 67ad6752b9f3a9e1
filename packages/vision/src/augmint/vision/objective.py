"""Losses, regularisers and arguments that suit the image GANs and the amount of data at hand."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from augmint.core.adversarial.ada import AdaController
from augmint.core.adversarial.losses import GanLoss
from augmint.core.adversarial.objective import AdversarialObjective, Augment
from augmint.core.adversarial.regularizers import Regularizer
from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Loss, RowRandom
from augmint.vision.architectures import get_architecture
from augmint.vision.diffaugment import DiffAugment
from augmint.vision.objective_settings import ObjectiveSettings

SMALL, TINY = 20_000, 2_000
"""Training images under which the discriminator overfits, so that what it sees is augmented, and under which training is short."""


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
            fix = "Give 0 <= first < last step."
            raise UserError(f"condition_ramp is {condition_ramp}.", where="objective.condition_ramp", fix=fix)
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


def image_objective(
    architecture: str,
    dataset_size: int,
    image_size: int = 32,
    *,
    condition_ramp: tuple[int, int] | None = None,
    ada: AdaController | None = None,
    settings: ObjectiveSettings | None = None,
) -> ImageObjective:
    """The objective that suits this architecture and this much data.

    The loss and the regularisers are the architecture's. Under 20,000 images everything that the discriminator sees is augmented by
    DiffAugment.

    Args:
        architecture: a registered one, such as "r3gan" or "sngan".
        dataset_size: training images.
        image_size: their side in pixels.
        condition_ramp: see `ImageObjective`; worth trying where a class has few images and its samples look alike.
        ada: adapts the augmentation's probability, whatever the data's size; without it the probability is 1.
        settings: what a recipe changes; its own ramp and controller come before those given here.

    Raises:
        UserError: there is no such architecture, or the settings contradict each other.

    Source: Huang et al. 2024 (relativistic loss with R1 and R2); Miyato and Koyama 2018 (hinge with projection).

    Example:
        >>> [item.name for item in image_objective("r3gan", dataset_size=60_000).regularizers]
        ['r1', 'r2']
    """
    found, settings = get_architecture(architecture), settings or ObjectiveSettings()
    ada, ramp = settings.controller() or ada, settings.condition_ramp or condition_ramp
    augment = DiffAugment() if ada is not None or dataset_size < SMALL else None
    if settings.augment is not None:
        augment = DiffAugment(settings.augment) if settings.augment else None
    if ada is not None and augment is None:
        fix = "Name some, or leave ada out."
        raise UserError("ada has nothing to adapt: augment is none.", where="generator.ada", fix=fix)
    regularizers = settings.regularizers(found.regularizers(dataset_size, image_size))
    return ImageObjective(settings.loss or found.loss, regularizers, augment=augment, ada=ada, condition_ramp=ramp)


def adversarial_defaults(dataset_size: int, image_size: int, architecture: str) -> dict[str, Any]:
    """Values of AdversarialArguments that suit this architecture and this much data.

    The rate of r3gan at 28 px is the one `benchmarks/gan_fashion_mnist.md` reports on; larger images get a lower one.

    Raises:
        UserError: there is no such architecture.

    Example:
        >>> adversarial_defaults(60_000, 28, "r3gan")["learning_rate"]
        0.002
    """
    factor = get_architecture(architecture).rate
    rate = 2e-3 if image_size <= 40 else 1e-3 if image_size <= 64 else 5e-4
    values: dict[str, Any] = {
        "max_steps": 1500 if dataset_size < TINY else 2500,
        "per_device_train_batch_size": 64,
        "learning_rate": rate * factor,
        "lr_scheduler_type": "cosine_with_min_lr",
        "lr_scheduler_kwargs": {"min_lr_rate": 0.1},
        "adam_beta1": 0.0,
        "adam_beta2": 0.99,
        "ema_half_life": 10_000.0,
        "ema_rampup": 0.1,
    }
    return values
