"""The objective owns the losses, so that the trainer's loop is the same for every modality."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from augmint.core.interfaces.batch import Batch, batch_size
from augmint.core.interfaces.rng import RowRandom


@dataclass
class Loss:
    """A scalar to minimise and figures to log (detached scalars).

    Attributes:
        total: the scalar.
        logs: the figures.
        skip: a bool scalar, whether nothing is to be learnt from this micro-batch; its total is then 0, with a graph. Where all
            micro-batches of an update say so, in all processes, the optimiser does not step: by its momentum it would move weights
            after a loss of 0 too. None, in every process or none, for objectives that never skip.
    """

    total: Tensor
    logs: dict[str, Tensor] = field(default_factory=dict)
    skip: Tensor | None = None


class Objective(ABC):
    """Losses of one discriminator step and one generator step.

    The trainer calls, for every micro-batch of a discriminator phase, `fakes` under `torch.no_grad()` and then
    `discriminator_loss`; for every micro-batch of a generator phase, `generator_loss` with the discriminator's parameters
    frozen. Losses are means over rows. Nothing here steps an optimiser.
    """

    def fakes(self, generator: nn.Module, real: Batch, rng: RowRandom) -> Batch:
        """Generated rows under the real rows' conditions. Override where the condition is more than the non-generated entries."""
        output_key = getattr(generator, "module", generator).output_key
        condition = {name: value for name, value in real.items() if name != output_key}
        fake: Batch = generator(batch_size(real), condition or None, rng=rng)
        return fake

    @abstractmethod
    def discriminator_loss(self, discriminator: nn.Module, real: Batch, fake: Batch, rng: RowRandom) -> Loss:
        """Loss of the discriminator on one micro-batch; `fake` carries no gradient."""

    @abstractmethod
    def generator_loss(self, generator: nn.Module, discriminator: nn.Module, real: Batch, rng: RowRandom) -> Loss:
        """Loss of the generator on one micro-batch; the discriminator's parameters do not require gradients."""

    def begin(self, max_steps: int) -> None:
        """Called once before the first step, and before a resumed one: phases that are parts of the whole are laid out here."""

    def step_end(self, step: int, logs: dict[str, float]) -> None:
        """Called once an optimiser step with the step's mean logs: adaptive controllers (ADA) and schedules live here."""

    @property
    def discriminator_trained(self) -> bool:
        """Whether the discriminator has been trained by now. Where a warm-up without it was cut short its scores say nothing."""
        return True

    def state_dict(self) -> dict[str, Any]:
        """Everything that must survive a resume (an ADA probability, schedules), as JSON values."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore what `state_dict` gave."""


def detach(value: Tensor) -> Tensor:
    """A scalar log entry."""
    with torch.no_grad():
        return value.detach().float().mean()
