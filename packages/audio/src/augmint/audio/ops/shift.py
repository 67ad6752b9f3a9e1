"""Where in a recording the sound lies."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from augmint.audio.ops.base import AudioOp, Draw
from augmint.audio.ops.registry import register

MOST = 0.1  # of the clip's length


@register
class Shift(AudioOp):
    """Puts silence before and after the sound, together up to 10 % of its length, shared out by chance.

    The clip gets longer: moving the sound within its length would cut it off at one end.
    """

    name = "shift"
    tasks = frozenset({"audio-classification"})
    units = 1

    def change(self, wave: Tensor, draw: Draw) -> Tensor:
        silence = round(MOST * draw.magnitude * len(wave))
        before = int(draw.unit[0] * (silence + 1))
        return functional.pad(wave, (before, silence - before))
