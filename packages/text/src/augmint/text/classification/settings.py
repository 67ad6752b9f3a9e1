"""The recipe's `generator` and `judge` sections for text classification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from augmint.core.errors import UserError, nearest
from augmint.text.models.source import ModelSource

MODEL_KEYS = ("name_or_path", "scratch", "max_length")
_Range = tuple[float, float, bool]


@dataclass(frozen=True)
class JudgeSettings:
    """The recipe's `judge` section.

    Attributes:
        members: classifiers averaged, 1 to 20.
    """

    members: int = 3

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> JudgeSettings:
        """From the recipe. Raises UserError on unknown keys and impossible values."""
        for key in values:
            if key != "members":
                raise UserError(f"{key!r} is not a judge setting.", where=f"judge.{key}", fix=nearest(key, ["members"]))
        made = cls(**values)
        _check(made, "judge", {"members": (1, 20, True)})
        return made


@dataclass(frozen=True)
class GeneratorSettings:
    """How the generator and its discriminator come to be.

    Attributes:
        source: the language model; None takes a small GPT-2 from nothing.
        pretrain_steps: likelihood steps on the training texts before anything adversarial; None takes those of the fine-tuning.
        learning_rate: of those steps; None takes what suits a pretrained or a scratch model.
        discriminator_steps: before the adversarial steps.
        discriminator_learning_rate: of those steps; None takes what suits a pretrained or a scratch model.
        adversarial_weight: of the reward against the likelihood, [0, 10].
        kl_weight: of the distance from the generator that training began with, [0, 10].
        samples: texts drawn for every real one's label, 2 to 16; each is measured against the others' mean.
        temperature: at which they are drawn, (0, 2].
    """

    source: ModelSource | None = None
    pretrain_steps: int | None = None
    learning_rate: float | None = None
    discriminator_steps: int = 150
    discriminator_learning_rate: float | None = None
    adversarial_weight: float = 0.2
    kl_weight: float = 0.05
    samples: int = 4
    temperature: float = 1.0

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> GeneratorSettings:
        """From the recipe. Raises UserError on unknown keys and impossible values."""
        own = {item.name for item in fields(cls)} - {"source"}
        for key in values:
            if key not in own and key not in MODEL_KEYS and key != "name":
                raise UserError(f"{key!r} is not known.", where=f"generator.{key}", fix=nearest(key, {*own, *MODEL_KEYS, "name"}))
        if values.get("name", "label_lm") != "label_lm":
            raise UserError(f"There is no generator {values['name']!r}.", where="generator.name", fix="Did you mean 'label_lm'?")
        model = {key: values[key] for key in MODEL_KEYS if key in values}
        made = cls(
            ModelSource.from_dict(model, "generator") if model else None,
            **{key: value for key, value in values.items() if key in own},
        )
        ranges: dict[str, _Range] = {
            "pretrain_steps": (1, 10**7, True),
            "discriminator_steps": (1, 10**6, True),
            "samples": (2, 16, True),
            "learning_rate": (1e-9, 1, False),
            "discriminator_learning_rate": (1e-9, 1, False),
            "adversarial_weight": (0, 10, False),
            "kl_weight": (0, 10, False),
            "temperature": (0.01, 2, False),
        }
        _check(made, "generator", {name: kept for name, kept in ranges.items() if getattr(made, name) is not None})
        return made


def _check(settings: Any, section: str, ranges: Mapping[str, _Range]) -> None:
    for name, (low, high, whole) in ranges.items():
        value = getattr(settings, name)
        kinds = int if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
            raise UserError(
                f"{name} is {value!r}.",
                where=f"{section}.{name}",
                fix=f"Give a {'whole ' if whole else ''}number from {low:g} to {high:g}.",
            )
