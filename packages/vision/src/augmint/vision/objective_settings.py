"""The part of a recipe's `generator` section that is about the objective: loss, penalties and what the discriminator sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from augmint.core.adversarial.ada import AdaController
from augmint.core.adversarial.losses.base import loss_names
from augmint.core.adversarial.regularizers import Regularizer
from augmint.core.adversarial.regularizers.base import get_regularizer
from augmint.core.errors import UserError, nearest
from augmint.vision.diffaugment import OPS

WGAN_GP, PENALTY = "wgan-gp", 10.0
"""A name of its own for the Wasserstein loss with its gradient penalty, and that penalty's weight."""
WEIGHTS = ("r1", "r2", "lecam", "gradient_penalty")


@dataclass(frozen=True)
class ObjectiveSettings:
    """What a recipe changes of the objective that suits the architecture; None leaves it as it is.

    Attributes:
        loss: name of a registered loss; "wgan-gp" is the Wasserstein loss with the gradient penalty alone.
        augment: words of DiffAugment; () for none.
        ada: target of the adaptive controller.
        condition_ramp: (first, last) step of `ImageObjective`.
        weights: regulariser -> weight; 0 leaves it out.
    """

    loss: str | None = None
    augment: tuple[str, ...] | None = None
    ada: float | None = None
    condition_ramp: tuple[int, int] | None = None
    weights: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ObjectiveSettings:
        """Of a `generator` section, whose other keys are passed over.

        Raises:
            UserError: naming the key whose value cannot be.

        Example:
            >>> ObjectiveSettings.from_dict({"loss": "least-squares", "r1": 0, "base_channels": 8}).weights
            {'r1': 0.0}
        """
        given = {key: value for key, value in values.items() if key in OBJECTIVE_KEYS and value is not None}
        weights = {key: _weight(key, given[key]) for key in WEIGHTS if key in given}
        if given.get("loss") == WGAN_GP:
            weights = {**dict.fromkeys(WEIGHTS, 0.0), "gradient_penalty": PENALTY, **weights}
        return cls(
            _loss(given["loss"]) if "loss" in given else None,
            _words(given["augment"]) if "augment" in given else None,
            _target(given["ada"]) if "ada" in given else None,
            _ramp(given["condition_ramp"]) if "condition_ramp" in given else None,
            weights,
        )

    def regularizers(self, usual: tuple[Regularizer, ...]) -> tuple[Regularizer, ...]:
        """The architecture's, with the recipe's weights in their place."""
        kept = tuple(item for item in usual if item.name not in self.weights)
        return kept + tuple(get_regularizer(name, weight) for name, weight in self.weights.items() if weight)

    def controller(self) -> AdaController | None:
        """A fresh adaptive controller, where one is asked for."""
        return AdaController(self.ada) if self.ada is not None else None


OBJECTIVE_KEYS = tuple(one.name for one in fields(ObjectiveSettings) if one.name != "weights") + WEIGHTS


def _loss(value: Any) -> str:
    known = {name.replace("_", "-"): name for name in loss_names()} | {WGAN_GP: "wasserstein"}
    word = str(value).replace("_", "-")
    if word not in known:
        raise UserError(f"There is no adversarial loss {value!r}.", where="generator.loss", fix=nearest(word, known))
    return known[word]


def _weight(key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise UserError(f"{key} is {value!r}.", where=f"generator.{key}", fix="Give a weight of at least 0; 0 leaves it out.")
    return float(value)


def _words(value: Any) -> tuple[str, ...]:
    words = {"none": [], "diffaugment": list(OPS)}.get(value, [value]) if isinstance(value, str) else value
    if not isinstance(words, list | tuple):
        fix = f"Give none, or some of {', '.join(OPS)}."
        raise UserError(f"augment is {value!r}.", where="generator.augment", fix=fix)
    for word in words:
        if word not in OPS:
            raise UserError(f"There is no augmentation {word!r}.", where="generator.augment", fix=nearest(str(word), OPS))
    return tuple(words)


def _target(value: Any) -> float | None:
    if isinstance(value, bool):
        return 0.6 if value else None
    if not isinstance(value, int | float) or not -1 <= value <= 1:
        raise UserError(f"ada is {value!r}.", where="generator.ada", fix="Give true, false, or a target in [-1, 1].")
    return float(value)


def _ramp(value: Any) -> tuple[int, int]:
    steps = tuple(value) if isinstance(value, list | tuple) else ()
    whole = len(steps) == 2 and all(isinstance(step, int) and not isinstance(step, bool) for step in steps)
    if not whole or not 0 <= steps[0] < steps[1]:
        fix = "Give [first, last], two steps in order."
        raise UserError(f"condition_ramp is {value!r}.", where="generator.condition_ramp", fix=fix)
    return steps[0], steps[1]
