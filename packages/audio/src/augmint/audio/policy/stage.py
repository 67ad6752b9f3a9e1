"""One stage of an audio policy."""

from __future__ import annotations

from dataclasses import dataclass

from augmint.audio.ops import AudioOp, get_op
from augmint.core.interfaces import OpStage


@dataclass(frozen=True)
class Stage(OpStage):
    """A stage of audio ops (see `OpStage`), at full strength where nothing is said."""

    __hash__ = OpStage.__hash__

    magnitude: tuple[float, float] = (1.0, 1.0)

    @staticmethod
    def get_op(name: str) -> AudioOp:
        return get_op(name)
