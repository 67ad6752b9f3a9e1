"""Where searches look for the settings of generated rows, as far as modalities agree."""

from __future__ import annotations

from augmint.core.interfaces.policy import Dimension

MINT_WITH_CLASSES = (
    Dimension("share", 0.0, 0.75),
    Dimension("truncation", 0.5, 1.2),
    Dimension("min_agreement", 0.0, 0.95),
    Dimension("keep_quantile", 0.2, 1.0),
    Dimension("balance", 0.0, 1.0),
    Dimension("soft_labels", 0.0, 1.0),
)
"""Dimensions of `MintSettings` for rows that a class-conditional generator makes."""
