"""Policies for models that hear a window of fixed length."""

from __future__ import annotations

from dataclasses import dataclass

from augmint.audio.clips import AUDIO, LENGTH
from augmint.core.interfaces import Batch, Policy, RowRandom


@dataclass(frozen=True)
class Within:
    """A policy that leaves a clip as it is rather than make it longer than what the model hears: what falls out of the window would
    still be asked for. Of a clip that was longer before no more falls out.

    Args:
        policy: what changes the clips.
        samples: of the window.
    """

    policy: Policy
    samples: int

    def __call__(self, batch: Batch, rng: RowRandom) -> Batch:
        changed = self.policy(batch, rng)
        over = changed[LENGTH] > batch[LENGTH].clamp(min=self.samples)
        if not bool(over.any()):
            return changed
        length = batch[LENGTH].where(over, changed[LENGTH])
        audio = changed[AUDIO].new_zeros(len(length), int(length.max()))
        for row, count in enumerate(length.tolist()):
            audio[row, :count] = (batch if over[row] else changed)[AUDIO][row, :count]
        return {**changed, AUDIO: audio, LENGTH: length}
