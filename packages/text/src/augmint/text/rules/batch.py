"""Rules over encoded rows, as minting holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from augmint.core.interfaces import Batch
from augmint.core.interfaces.strings import length_key, to_strings
from augmint.text.rules.rulebook import Rulebook


@dataclass(frozen=True)
class BatchRules:
    """A rulebook that reads batches of `augmint.core.interfaces.strings`."""

    book: Rulebook

    @classmethod
    def fit(cls, real: Mapping[str, Sequence[str]]) -> BatchRules:
        """The rules for pairs, or for single texts, as the real training rows calibrate them."""
        return cls(Rulebook.fit(real, "translation" if "source" in real else "text-classification"))

    def __call__(self, batch: Batch) -> list[str | None]:
        return self.book({role: to_strings(batch[role], batch[length_key(role)]) for role in self.book.roles})
