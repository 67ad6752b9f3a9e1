"""One stage of an image policy."""

from __future__ import annotations

from dataclasses import dataclass

from augmint.core.interfaces import Op, OpStage
from augmint.vision.ops import get_op


@dataclass(frozen=True)
class Stage(OpStage):
    """A stage of image ops (see `OpStage`); magnitudes run from 0 to 1 where nothing is said."""

    __hash__ = OpStage.__hash__

    @staticmethod
    def get_op(name: str) -> Op:
        return get_op(name)
