"""Texts for augmint. The names below are imported when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from augmint.text.classification.task import TextClassification
    from augmint.text.codec import TextCodec
    from augmint.text.discriminators import PairDiscriminator, TextDiscriminator
    from augmint.text.generation.task import TextGeneration
    from augmint.text.generators import ContinuationGenerator, LabelLMGenerator, Seq2SeqGenerator
    from augmint.text.policy import TextPolicy, TextPolicySpace, standard_policy
    from augmint.text.translation.task import Translation

_HOMES = {
    "ContinuationGenerator": "generators",
    "TextGeneration": "generation.task",
    "LabelLMGenerator": "generators",
    "PairDiscriminator": "discriminators",
    "Seq2SeqGenerator": "generators",
    "TextClassification": "classification.task",
    "TextCodec": "codec",
    "TextDiscriminator": "discriminators",
    "TextPolicy": "policy",
    "TextPolicySpace": "policy",
    "Translation": "translation.task",
    "standard_policy": "policy",
}

__all__ = [
    "ContinuationGenerator",
    "TextGeneration",
    "LabelLMGenerator",
    "PairDiscriminator",
    "Seq2SeqGenerator",
    "TextClassification",
    "TextCodec",
    "TextDiscriminator",
    "TextPolicy",
    "TextPolicySpace",
    "Translation",
    "standard_policy",
]


def __getattr__(name: str) -> Any:
    """The name from the room it lives in."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
