"""Generators of texts."""

from augmint.text.generators.continuation import ContinuationGenerator
from augmint.text.generators.label_lm import LabelLMGenerator
from augmint.text.generators.seq2seq import Seq2SeqGenerator

__all__ = ["ContinuationGenerator", "LabelLMGenerator", "Seq2SeqGenerator"]
