"""Parallel texts that come with an installed package, such as `builtin:cldr-en-de`."""

from augmint.text.builtin.cldr import BUILTIN, cldr

__all__ = ["BUILTIN", "cldr"]
