"""Discriminators of texts and of pairs of texts."""

from augmint.text.discriminators.pair import PairDiscriminator
from augmint.text.discriminators.text import TextDiscriminator

__all__ = ["PairDiscriminator", "TextDiscriminator"]
