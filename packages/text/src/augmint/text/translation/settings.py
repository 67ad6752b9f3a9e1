"""The recipe's `generator` section for translation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from augmint.text.seq2seq import Seq2SeqSource
from augmint.text.training.settings import ADVERSARIAL_RANGES, check_keys, check_name, check_ranges

MODEL_KEYS = ("name_or_path", "scratch", "max_length", "source_prefix", "src_lang", "tgt_lang", "bf16")


@dataclass(frozen=True)
class GeneratorSettings:
    """How the generator and its discriminator come to be.

    Attributes:
        source: the model that reads targets and writes sources; None takes the scratch config of the user's own model, or a small
            M2M-100 from nothing where that is pretrained (its direction is the wrong one).
        changes: values of the section that change the model taken instead, such as `max_length`.
        pretrain_steps: likelihood steps on the real pairs before anything adversarial; None takes those of the fine-tuning.
        learning_rate: of those steps; None takes the fine-tuning's where both models are pretrained, or neither is, else what suits
            the generator's.
        members: parts of the training pairs that a discriminator each is trained on, 1 to 4; 2 or more cross-fit.
        discriminator_steps: of each member, before the adversarial steps.
        discriminator_learning_rate: of those steps.
        adversarial_weight: of the reward against the likelihood, [0, 10].
        kl_weight: of the distance from the generator that training began with, [0, 10].
        chrf_weight: of the likeness to the real source within the reward, [0, 10].
        samples: sources drawn for every target, 2 to 16; each is measured against the others' mean.
        temperature: at which they are drawn, [0.01, 2].
        share_embeddings: let the discriminator's members use the generator's own embeddings; then set
            `adversarial.shared_parameters` to "generator" or "discriminator" to say whose optimiser trains them.
    """

    source: Seq2SeqSource | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    pretrain_steps: int | None = None
    learning_rate: float | None = None
    members: int = 2
    discriminator_steps: int = 150
    discriminator_learning_rate: float = 3e-4
    adversarial_weight: float = 0.2
    kl_weight: float = 0.05
    chrf_weight: float = 1.0
    samples: int = 4
    temperature: float = 0.7
    share_embeddings: bool = False

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> GeneratorSettings:
        """From the recipe. Raises UserError on unknown keys and impossible values."""
        own = {item.name for item in fields(cls)} - {"source", "changes"}
        check_keys(values, {*own, *MODEL_KEYS, "name"}, "generator")
        check_name(values, "seq2seq")
        model = {key: values[key] for key in MODEL_KEYS if key in values}
        made = cls(
            Seq2SeqSource.from_dict(model, "generator") if model.keys() & {"name_or_path", "scratch"} else None,
            {} if model.keys() & {"name_or_path", "scratch"} else model,
            **{key: value for key, value in values.items() if key in own},
        )
        Seq2SeqSource.from_dict(made.changes, "generator")  # so that a wrong value is named
        check_ranges(made, "generator", {**ADVERSARIAL_RANGES, "members": (1, 4, True), "chrf_weight": (0, 10, False)})
        return made
