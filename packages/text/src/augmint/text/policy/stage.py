"""One stage of a text policy."""

from __future__ import annotations

from dataclasses import dataclass

from augmint.core.interfaces import OpStage
from augmint.text.ops import TextOp, get_op


@dataclass(frozen=True)
class Stage(OpStage):
    """A stage of text ops (see `OpStage`), at full strength where nothing is said."""

    __hash__ = OpStage.__hash__

    magnitude: tuple[float, float] = (1.0, 1.0)

    @staticmethod
    def get_op(name: str) -> TextOp:
        return get_op(name)
