"""Generators of texts."""

from augmint.text.generators.seq2seq import Seq2SeqGenerator

__all__ = ["Seq2SeqGenerator"]
