"""Slips in texts that a model has written: what is searched for by beam is too regular to learn from."""

from __future__ import annotations

import torch

from augmint.core.interfaces import RowRandom
from augmint.core.interfaces.strings import length_key, to_strings, to_tensors
from augmint.text.ops import get_op

_OPS = ("token_drop", "adjacent_swap")


def noised(texts: list[str], chance: float, rng: RowRandom) -> list[str]:
    """Texts whose words are left out, and change places with the next one, by a chance each.

    Args:
        texts: n sources.
        chance: of either slip, for every word, in [0, 1].
        rng: one stream a text.

    Source: Edunov et al. 2018, "Understanding back-translation at scale" (beam with noise: words left out and shuffled). Numbers,
    placeholders and markup stay, as with the ops of the same names.
    """
    points, lengths = to_tensors(texts)
    batch = {"source": points, length_key("source"): lengths}
    for name in _OPS if texts else ():
        op = get_op(name)
        batch = op.apply(batch, op.draw(rng.child("noise"), torch.full((len(texts),), chance), batch))
    return to_strings(batch["source"], batch[length_key("source")])
