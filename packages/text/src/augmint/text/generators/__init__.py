"""Generators of texts."""

from augmint.text.generators.label_lm import LabelLMGenerator
from augmint.text.generators.seq2seq import Seq2SeqGenerator

__all__ = ["LabelLMGenerator", "Seq2SeqGenerator"]
