"""Two rows made one: texts, or the two sides of two pairs, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, RowRandom, known_keys, number
from augmint.core.interfaces.ragged import Texts
from augmint.text.characters import SPACE, SPACELESS, kinds
from augmint.text.ops.base import read, roles_of, written
from augmint.text.ragged import spans_of

TASKS = ("translation", "text-generation")  # a label would have to hold for both texts


@dataclass(frozen=True)
class Concatenation:
    """Each row, with `probability`, is continued by another row of its batch, on both sides alike.

    Between them comes a space, or nothing between scripts written without spaces and where a text ends or begins with whitespace.

    Attributes:
        probability: chance of each row, [0, 1].
        longest: most characters of a joined text, at least 1: rows that would be longer on any side stay as they are, since a
            model's own limit would cut the two sides at different places.

    Source: Nguyen et al. 2021, "Data augmentation by concatenation for low-resource translation: a mystery and a solution".
    """

    probability: float = 0.0
    longest: int = 1000

    def __post_init__(self) -> None:
        object.__setattr__(self, "probability", number(self.probability, "A concatenation probability", 0, 1))
        if isinstance(self.longest, bool) or not isinstance(self.longest, int) or self.longest < 1:
            raise UserError(f"A concatenation's longest is {self.longest!r}.", where="policy mix",
                            fix="Give a whole number of characters, 1 or more.")

    def __bool__(self) -> bool:
        return self.probability > 0

    def to_dict(self) -> dict[str, Any]:
        return {"concatenation": {"probability": self.probability, "longest": self.longest}} if self else {}

    @classmethod
    def from_dict(cls, values: Any) -> Concatenation:
        """The concatenation that `to_dict` gave. Raises UserError on anything else."""
        known_keys(values, {"concatenation"}, "mix")
        given = values.get("concatenation", {})
        known_keys(given, {"probability", "longest"}, "concatenation")
        return cls(**given)

    def __call__(self, batch: Batch, rng: RowRandom) -> Batch:
        """The joined rows: text roles and their lengths; other entries as they are."""
        roles = roles_of(batch)
        n = len(batch[roles[0]])
        if not self or n < 2:
            return batch
        unit = rng.uniform(2).cpu().double().numpy()
        partner = (np.arange(n) + 1 + np.minimum((unit[:, 1] * (n - 1)).astype(np.int64), n - 2)) % n
        on = unit[:, 0] < self.probability
        texts = {role: read(batch, role) for role in roles}
        for part in texts.values():
            lengths = part.lengths
            on &= (lengths > 0) & (lengths[partner] > 0) & (lengths + lengths[partner] < self.longest)
        out = dict(batch)
        for role, part in texts.items():
            out |= written(batch, role, joined(part, np.where(on, partner, -1)))
        return out


def joined(texts: Texts, partner: np.ndarray) -> Texts:
    """Each text, continued by that of the row `partner` (int64 (n,)); -1 leaves it alone."""
    n, on = len(partner), partner >= 0
    start, length, other = texts.offsets[:-1], texts.lengths, np.maximum(partner, 0)
    kind = np.append(kinds(texts.points), 0)
    ends, begins = kind[texts.offsets[1:] - 1], kind[start[other]]
    space = on & ((ends | begins) & SPACE == 0) & (ends & begins & SPACELESS == 0)
    pieces = np.stack([start, np.full(n, len(texts.points)), start[other]], axis=1)
    lengths = np.stack([length, space.astype(np.int64), length[other] * on], axis=1)
    pool = np.append(texts.points, np.int32(ord(" ")))
    return Texts.of(pool[spans_of(pieces.ravel(), lengths.ravel())], lengths.sum(axis=1))
