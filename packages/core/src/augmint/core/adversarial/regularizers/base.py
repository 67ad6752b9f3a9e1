"""What a discriminator regulariser is, what it may look at, and the registry that finds one by name."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor

from augmint.core.adversarial.schedules import Cosine, Scheduled, value_at
from augmint.core.errors import UserError, nearest


@dataclass
class Critique:
    """What the discriminator said of a micro-batch, in float32.

    Attributes:
        real: logits of the real rows, (n, ...).
        fake: logits of the generated rows, (n, ...).
        gradients: "real", "fake" or "between" -> gradient of a row's summed logits by its input, the input's shape, itself
            differentiable. "between" are points drawn on the line from a real row to its generated partner.
    """

    real: Tensor
    fake: Tensor
    gradients: Mapping[str, Tensor]


class Regularizer(ABC):
    """A penalty added to the discriminator's loss.

    Args:
        weight: its factor, a number >= 0 or a `Cosine` schedule.
        every: apply at every so many steps, `every` times as strong: cheaper, the same on average (lazy regularisation,
            Karras et al. 2020, "Analyzing and improving the image quality of StyleGAN").

    Attributes:
        name: its name, under which objectives find it, and its entry in the log.
        reads: whose input gradients it looks at: some of "real", "fake", "between".
        needs_step_logs: it follows the mean logits from step to step.
    """

    name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]] = ()
    needs_step_logs: ClassVar[bool] = False

    def __init__(self, weight: Scheduled, every: int = 1) -> None:
        ends = (weight.start, weight.end) if isinstance(weight, Cosine) else (weight,)
        if any(isinstance(end, bool) or not isinstance(end, (int, float)) or not math.isfinite(end) or end < 0 for end in ends):
            raise UserError(f"weight is {weight!r}.", where=f"regularizer {self.name}", fix="Give a finite number of at least 0.")
        if isinstance(every, bool) or not isinstance(every, int) or every < 1:
            raise UserError(f"every is {every!r}.", where=f"regularizer {self.name}", fix="Give a whole number of at least 1.")
        self.weight, self.every = weight, every

    def factor(self, step: int) -> float:
        """What the penalty is multiplied by at `step`; 0 where it need not be computed."""
        return value_at(self.weight, step) * self.every if step % self.every == 0 else 0.0

    @abstractmethod
    def penalty(self, critique: Critique) -> Tensor:
        """The unweighted penalty, a float32 scalar, mean over rows."""

    def step_end(self, logs: Mapping[str, float]) -> None:
        """Called once a step with the step's mean logs ("real_score", "fake_score")."""

    def state_dict(self) -> dict[str, Any]:
        """What must survive a resume, as JSON values."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore what `state_dict` gave."""


_REGULARIZERS: dict[str, type[Regularizer]] = {}


def register_regularizer(kind: type[Regularizer]) -> type[Regularizer]:
    """Class decorator that makes a regulariser known by its `name`.

    Raises:
        TypeError: not a Regularizer with a name, or it reads gradients that there are not.
        ValueError: the name is taken by another class.
    """
    if not (isinstance(kind, type) and issubclass(kind, Regularizer)):
        raise TypeError(f"{kind!r} is not a subclass of Regularizer.")
    name = getattr(kind, "name", None)
    if not isinstance(name, str) or not name:
        raise TypeError(f"{kind.__qualname__} needs a class attribute `name`.")
    if not set(kind.reads) <= {"real", "fake", "between"}:
        raise TypeError(f"{kind.__qualname__}.reads is {kind.reads!r}: give some of real, fake, between.")
    if _REGULARIZERS.get(name, kind) is not kind:
        raise ValueError(f"Regulariser {name!r} is already registered by {_REGULARIZERS[name].__qualname__}.")
    _REGULARIZERS[name] = kind
    return kind


def regularizer_names() -> list[str]:
    """Every registered name."""
    return sorted(_REGULARIZERS)


def get_regularizer(name: str, weight: Scheduled, every: int = 1) -> Regularizer:
    """The regulariser of that name.

    Raises:
        UserError: there is none of that name (the message names the nearest), or weight or every cannot be.
    """
    if name not in _REGULARIZERS:
        raise UserError(f"There is no regulariser {name!r}.", where="regularizers", fix=nearest(str(name), _REGULARIZERS))
    return _REGULARIZERS[name](weight, every)
