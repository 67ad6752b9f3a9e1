"""Audio data sets that need no download, and the synthetic speech they are made of."""

from augmint.audio.builtin.digits import spoken_digits
from augmint.audio.builtin.speech import speak

__all__ = ["speak", "spoken_digits"]
