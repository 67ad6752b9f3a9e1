"""Discriminators of pairs of texts."""

from augmint.text.discriminators.pair import PairDiscriminator

__all__ = ["PairDiscriminator"]
