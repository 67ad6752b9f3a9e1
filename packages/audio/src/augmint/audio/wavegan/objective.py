"""Losses, regularisers and arguments that suit the sound GANs and the amount of data at hand."""

from __future__ import annotations

from typing import Any

from augmint.audio.wavegan.architectures import get_architecture
from augmint.audio.wavegan.augment import WaveAugment
from augmint.core.adversarial.objective import AdversarialObjective
from augmint.core.adversarial.regularizers import GradientPenalty, LeCam, Regularizer
from augmint.core.errors import UserError, nearest

SMALL, TINY = 20_000, 2_000
"""Clips under which the discriminator overfits, so that what it hears is augmented, and under which it gets a LeCam anchor too."""
LOSSES = ("hinge", "wgan-gp")


def wavegan_objective(dataset_size: int, name: str = "istft", *, loss: str = "hinge") -> AdversarialObjective:
    """The objective that suits this much data.

    Args:
        dataset_size: training clips.
        name: the architecture.
        loss: "hinge", or for "wavegan" also "wgan-gp" (a gradient penalty of weight 10).

    Raises:
        UserError: there is no such architecture or no such loss for it.

    Source: Miyato et al. 2018 (hinge with spectral norm); Gulrajani et al. 2017, "Improved training of Wasserstein GANs"; Tseng et
    al. 2021, "Regularizing generative adversarial networks under limited data" (LeCam).

    Example:
        >>> [item.name for item in wavegan_objective(300).regularizers]
        ['lecam']
    """
    if loss not in LOSSES:
        raise UserError(f"There is no loss {loss!r} of sound GANs.", where="generator.loss", fix=nearest(str(loss), LOSSES))
    if loss == "wgan-gp" and get_architecture(name).reads == "spectrum":
        # The logarithm of a silent spectrum is so steep that a slope of 1 by the samples cannot be asked for.
        fix = "Use the loss hinge, or the generator wavegan."
        raise UserError(f"The pair {name!r} cannot be trained with wgan-gp.", where="generator.loss", fix=fix)
    augment = WaveAugment() if dataset_size < SMALL else WaveAugment(("shuffle",))  # a phase tells generated clips of any number
    if loss == "wgan-gp":
        return AdversarialObjective("wasserstein", (GradientPenalty(10.0),), "audio", augment)
    regularizers: tuple[Regularizer, ...] = (LeCam(0.3),) if dataset_size < TINY else ()
    return AdversarialObjective("hinge", regularizers, "audio", augment)


def wavegan_defaults(dataset_size: int, name: str = "istft", *, loss: str = "hinge") -> dict[str, Any]:
    """Values of AdversarialArguments that suit this architecture, this much data and the loss.

    Raises:
        UserError: there is no such architecture.

    Example:
        >>> wavegan_defaults(300)["discriminator_steps"]
        1
    """
    tiny = dataset_size < TINY
    return {
        "max_steps": 600 if tiny else 2500,
        "per_device_train_batch_size": 16 if tiny else 32,
        "discriminator_steps": 5 if loss == "wgan-gp" else 1,  # the penalised critic must be near its best for its slope to tell
        "learning_rate": get_architecture(name).rate,
        "lr_scheduler_type": "cosine_with_min_lr",
        "lr_scheduler_kwargs": {"min_lr_rate": 0.1},
        "adam_beta1": 0.0,
        "adam_beta2": 0.99,
        "ema_half_life": 1_500.0 if tiny else 3_000.0,
        "ema_rampup": 0.1,
    }
