"""Which recordings a vocoder is trained on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from augmint.audio.rows import AudioRows
from augmint.core.interfaces import keyed_generator

LIMIT = 1024**3
"""Bytes of samples held while a vocoder trains: at 16 kHz nine hours, more than it hears in its steps."""


def held_clips(parts: Sequence[AudioRows | None], seed: int, limit: int = LIMIT) -> tuple[list[np.ndarray], int]:
    """Clips in the order of the parts and their rows, and how many were left out because `limit` bytes were reached.

    Clips of the first part come before any of the second; within a part chance, by `seed`, decides which are left out.
    """
    kept: list[np.ndarray] = []
    size = left = 0
    for number, part in enumerate(parts):
        if part is None:
            continue
        order = keyed_generator(seed, "vocoder", "material", number).permutation(len(part)).tolist()
        found: dict[int, np.ndarray] = {}
        for row, clip in zip(order, part.read(order), strict=False):
            if size + clip.nbytes > limit and (kept or found):
                break
            found[row] = clip
            size += clip.nbytes
        kept += [found[row] for row in sorted(found)]
        left += len(part) - len(found)
    return kept, left
