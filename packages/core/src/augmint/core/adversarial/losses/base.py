"""What an adversarial loss is, and the registry that finds one by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from torch import Tensor

from augmint.core.errors import UserError, nearest


class GanLoss(ABC):
    """An adversarial loss on logits, element by element; the objective takes the mean.

    Attributes:
        name: its name, under which objectives find it.
        pairs: the loss compares real and fake logits pair by pair, so the generator's step needs real logits too.
        saturates: a discriminator loss near 0 means that the discriminator is sure and teaches no more.
    """

    name: ClassVar[str]
    pairs: ClassVar[bool] = False
    saturates: ClassVar[bool] = True

    @abstractmethod
    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Loss of every element: float32, the shape of the logits `real` and `fake`, which is the same."""

    @abstractmethod
    def generator(self, fake: Tensor, real: Tensor | None) -> Tensor:
        """Loss of every element; `real` is given where `pairs` is set."""

    def margin(self, real: Tensor, fake: Tensor) -> Tensor:
        """What is positive where the discriminator takes a training row for real: ADA reads its sign."""
        return real


_LOSSES: dict[str, type[GanLoss]] = {}


def register_loss(kind: type[GanLoss]) -> type[GanLoss]:
    """Class decorator that makes a loss known by its `name`.

    Raises:
        TypeError: not a GanLoss with a name.
        ValueError: the name is taken by another class.
    """
    if not (isinstance(kind, type) and issubclass(kind, GanLoss)):
        raise TypeError(f"{kind!r} is not a subclass of GanLoss.")
    name = getattr(kind, "name", None)
    if not isinstance(name, str) or not name:
        raise TypeError(f"{kind.__qualname__} needs a class attribute `name`.")
    if _LOSSES.get(name, kind) is not kind:
        raise ValueError(f"Loss {name!r} is already registered by {_LOSSES[name].__qualname__}.")
    _LOSSES[name] = kind
    return kind


def loss_names() -> list[str]:
    """Every registered name."""
    return sorted(_LOSSES)


def get_loss(loss: str | GanLoss) -> GanLoss:
    """The loss of that name; a loss is handed back as it is.

    Raises:
        UserError: there is none of that name; the message names the nearest.
    """
    if isinstance(loss, GanLoss):
        return loss
    if loss not in _LOSSES:
        raise UserError(f"There is no adversarial loss {loss!r}.", where="loss", fix=nearest(str(loss), _LOSSES))
    return _LOSSES[loss]()
