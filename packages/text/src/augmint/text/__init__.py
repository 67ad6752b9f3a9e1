"""Texts for augmint. The names below are imported when they are first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from augmint.core.lazy import lazy_names

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


__getattr__, __dir__ = lazy_names(__name__, _HOMES)
