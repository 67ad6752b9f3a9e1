"""What a translation model is trained on, batch by batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from augmint.core.evaluation.plan import Drawn, RowPlan
from augmint.text.training.rows import TextRows


@dataclass(frozen=True)
class Pairs:
    """One batch: sources and targets as strings, the weight of each pair in the loss, and which sources carry the tag."""

    sources: list[str]
    targets: list[str]
    weights: list[float]
    tagged: list[bool]


class TranslationPlan(RowPlan[Pairs]):
    """Pairs (see `RowPlan`); the sources of extra ones carry the tag where the mint settings say so.

    Args:
        rows, extra: real pairs, and further ones (minted, copied) or None.
        sides: what is read and what is written; ("target", "source") trains a model of the other direction.
        plan: further arguments of `RowPlan`.
    """

    def __init__(
        self, rows: TextRows, extra: TextRows | None = None, *, sides: tuple[str, str] = ("source", "target"), **plan: Any
    ) -> None:
        super().__init__(rows, extra, **plan)
        self.sides = sides
        self.real_texts = rows.texts[sides[0]], rows.texts[sides[1]]
        """What is read and what is written, of all real rows."""

    def examples(self, drawn: Drawn) -> Pairs:
        read, written = (drawn.texts(side) for side in self.sides)
        return Pairs(read, written, drawn.weights, [self.mint.tagged and made for made in drawn.generated])
