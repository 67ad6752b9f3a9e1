"""What a generated clip must keep to, learnt from the real ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch

from augmint.audio.clips import AUDIO, LENGTH, inside, to_float
from augmint.core.interfaces import Batch

QUIET, CLIPPED, LENGTH_FLAW, RATE_FLAW = "silent", "clipped", "length unlike any real clip's", "too fast or slow for its transcript"
_TEXT_LENGTH = "text_length"


@dataclass(frozen=True)
class ClipRules:
    """Bounds of loudness, length and speaking rate.

    Attributes:
        quiet: least root mean square, of full scale.
        length: least and largest number of samples.
        rate: least and largest number of characters a sample, or None without transcripts.
    """

    quiet: float
    length: tuple[float, float]
    rate: tuple[float, float] | None = None

    @classmethod
    def fit(cls, batches: Iterable[Batch], longest: int | None = None) -> ClipRules:
        """From encoded real rows, in parts: a tenth of the quietest clip's level; lengths and rates up to half beyond the
        extremes, and lengths not beyond `longest` samples or the longest clip."""
        levels, lengths, spoken = [], [], []
        for batch in batches:
            levels.append(_level(batch))
            lengths.append(batch[LENGTH].double())
            if _TEXT_LENGTH in batch:
                spoken.append(batch[_TEXT_LENGTH].double() / lengths[-1].clamp(min=1))
        quiet = float(torch.cat(levels).min()) / 10
        least, most = _widened(torch.cat(lengths))
        if longest is not None:
            most = min(most, max(float(longest), float(torch.cat(lengths).max())))
        within = (least, most)
        return cls(quiet, within, _widened(torch.cat(spoken)) if spoken else None)

    def __call__(self, batch: Batch) -> list[str | None]:
        """For each row what is wrong with it, or None."""
        level, lengths = _level(batch), batch[LENGTH].double()
        full = ((to_float(batch[AUDIO]).abs() >= 0.999) & inside(batch[LENGTH], batch[AUDIO].shape[1])).sum(1)
        flaws: list[str | None] = []
        for row in range(len(lengths)):
            length = float(lengths[row])
            flaw = None
            if float(level[row]) < self.quiet:
                flaw = QUIET
            elif float(full[row]) > 0.01 * length:
                flaw = CLIPPED
            elif not self.length[0] <= length <= self.length[1]:
                flaw = LENGTH_FLAW
            elif self.rate and not self.rate[0] <= float(batch[_TEXT_LENGTH][row]) / max(1.0, length) <= self.rate[1]:
                flaw = RATE_FLAW
            flaws.append(flaw)
        return flaws


def _widened(values: torch.Tensor) -> tuple[float, float]:
    return float(values.min()) / 1.5, float(values.max()) * 1.5


def _level(batch: Batch) -> torch.Tensor:
    """Root mean square over the true length, of full scale, float64 (n,)."""
    power = to_float(batch[AUDIO]).double().square().sum(1)
    return (power / batch[LENGTH].double().clamp(min=1)).sqrt()
