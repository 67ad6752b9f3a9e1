"""The recipe's `generator` section where the generator is a causal language model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from augmint.text.models.source import ModelSource
from augmint.text.training.settings import ADVERSARIAL_RANGES, check_keys, check_name, check_ranges

MODEL_KEYS = ("name_or_path", "scratch", "max_length")


@dataclass(frozen=True)
class GeneratorSettings:
    """How the generator and its discriminator come to be.

    Attributes:
        source: the language model; None takes a small GPT-2 from nothing where texts have labels, else one like the user's.
        changes: values of the section that change the model taken instead, such as `max_length`.
        pretrain_steps: likelihood steps on the training texts before anything adversarial; None takes those of the fine-tuning.
        learning_rate: of those steps; None takes the fine-tuning's where that trains a language model too, both of them pretrained
            or neither, else what suits a pretrained or a scratch model.
        discriminator_steps: before the adversarial steps.
        discriminator_learning_rate: of those steps; None takes what suits a pretrained or a scratch model.
        adversarial_weight: of the reward against the likelihood, [0, 10].
        kl_weight: of the distance from the generator that training began with, [0, 10].
        samples: texts drawn for every real one's label, 2 to 16; each is measured against the others' mean.
        temperature: at which they are drawn, [0.01, 2].
    """

    source: ModelSource | None = None
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
    def from_dict(cls, values: Mapping[str, Any]) -> GeneratorSettings:
        """From the recipe. Raises UserError on unknown keys and impossible values."""
        own = {item.name for item in fields(cls)} - {"source", "changes"}
        check_keys(values, {*own, *MODEL_KEYS, "name"}, "generator")
        check_name(values, "label_lm")
        model = {key: values[key] for key in MODEL_KEYS if key in values}
        made = cls(
            ModelSource.from_dict(model, "generator") if model.keys() & {"name_or_path", "scratch"} else None,
            {} if model.keys() & {"name_or_path", "scratch"} else model,
            **{key: value for key, value in values.items() if key in own},
        )
        ModelSource.from_dict(made.changes, "generator")  # so that a wrong value is named
        check_ranges(made, "generator", ADVERSARIAL_RANGES)
        return made
