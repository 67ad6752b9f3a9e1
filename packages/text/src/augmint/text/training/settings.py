"""The settings of generators that likelihood trains first, and the checks that judges' settings share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self

from augmint.core.errors import UserError, nearest
from augmint.text.models.source import ModelSource

Range = tuple[float, float, bool]
"""Least, most, and whether only whole numbers will do."""

ADVERSARIAL_RANGES: Mapping[str, Range] = {
    "pretrain_steps": (1, 10**7, True),
    "discriminator_steps": (1, 10**6, True),
    "samples": (2, 16, True),
    "learning_rate": (1e-9, 1, False),
    "discriminator_learning_rate": (1e-9, 1, False),
    "adversarial_weight": (0, 10, False),
    "kl_weight": (0, 10, False),
    "temperature": (0.01, 2, False),
}


MODEL_KEYS = ("name_or_path", "scratch")


@dataclass(frozen=True)
class AdversarialSettings:
    """The recipe's `generator` section: how a generator that likelihood trains first, and its discriminator, come to be.

    Attributes:
        source: the model; None takes one that the task chooses.
        changes: values of the section that change the model taken instead, such as `max_length`.
        pretrain_steps: likelihood steps on the training rows before anything adversarial; None takes those of the fine-tuning.
        learning_rate: of those steps; None takes the fine-tuning's where that trains a model of the same kind, both of them
            pretrained or neither, else what suits a pretrained or a scratch model.
        discriminator_steps: before the adversarial steps.
        discriminator_learning_rate: of those steps; None takes what suits a pretrained or a scratch model.
        adversarial_weight: of the reward against the likelihood, [0, 10].
        kl_weight: of the distance from the generator that training began with, [0, 10].
        samples: texts drawn for every real one, 2 to 16; each is measured against the others' mean.
        temperature: at which they are drawn, [0.01, 2].
    """

    name: ClassVar[str]
    """What the section may call the generator."""
    source_type: ClassVar[type[ModelSource]] = ModelSource
    ranges: ClassVar[Mapping[str, Range]] = ADVERSARIAL_RANGES

    source: Any = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    pretrain_steps: int | None = None
    learning_rate: float | None = None
    discriminator_steps: int = 150
    discriminator_learning_rate: float | None = None
    adversarial_weight: float = 0.2
    kl_weight: float = 0.05
    samples: int = 4
    temperature: float = 1.0

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """From the recipe. Raises UserError on unknown keys and impossible values."""
        own = {item.name for item in fields(cls)} - {"source", "changes"}
        of_model = {item.name for item in fields(cls.source_type)}
        check_keys(values, {*own, *of_model, "name"}, "generator")
        if values.get("name", cls.name) != cls.name:
            raise UserError(f"There is no generator {values['name']!r}.", where="generator.name", fix=f"Did you mean {cls.name!r}?")
        given = {key: values[key] for key in values if key in of_model}
        model = cls.source_type.from_dict(given, "generator")  # in any case, so that a wrong value is named
        named = bool(given.keys() & set(MODEL_KEYS))
        made = cls(
            model if named else None,
            {} if named else given,
            **{key: value for key, value in values.items() if key in own},
        )
        check_ranges(made, "generator", cls.ranges)
        return made


def check_keys(values: Mapping[str, Any], known: set[str], section: str) -> None:
    """Raise UserError on a key that is not known, naming the nearest one."""
    for key in values:
        if key not in known:
            raise UserError(f"{key!r} is not known.", where=f"{section}.{key}", fix=nearest(key, known))


def check_ranges(settings: Any, section: str, ranges: Mapping[str, Range]) -> None:
    """Raise UserError on an attribute outside its range. None is let pass where it is the default."""
    for name, (low, high, whole) in ranges.items():
        value = getattr(settings, name)
        if value is None and type(settings).__dataclass_fields__[name].default is None:
            continue
        kinds = int if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
            raise UserError(
                f"{name} is {value!r}.",
                where=f"{section}.{name}",
                fix=f"Give a {'whole ' if whole else ''}number from {low:g} to {high:g}.",
            )
