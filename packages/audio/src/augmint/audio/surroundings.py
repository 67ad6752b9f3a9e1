"""What recordings tell of the places they were made in: how their noise is coloured, and how fast sound dies away there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from augmint.audio.listening import LONGEST, SHORTEST, decay_of, frames_of, noise_of
from augmint.audio.mel import hertz_to_mel, mel_to_hertz
from augmint.core.errors import UserError
from augmint.core.interfaces import known_keys

FEWEST_BANDS, MOST = 4, 64
"""Bands of a spectrum; noises and decays that are kept."""


@dataclass(frozen=True)
class Surroundings:
    """Noise and room material of recordings, small enough to be part of a policy's JSON.

    Attributes:
        noises: power in dB of one recording's noise in each of at least 4 bands (see `BANDS`), relative to its mean.
        decays: seconds in which the sound falls by 60 dB, [0.05, 2], in ascending order.

    Raises:
        UserError: the values are no finite numbers of these ranges.

    Example:
        >>> Surroundings(noises=((0.0, -3.0, -6.0, -9.0),), decays=(0.3, 0.5)).decays
        (0.3, 0.5)
    """

    noises: tuple[tuple[float, ...], ...] = ()
    decays: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        try:
            noises = tuple(tuple(map(float, noise)) for noise in self.noises)
            decays = tuple(sorted(map(float, self.decays)))
        except (TypeError, ValueError):
            raise _refused("They are no lists of numbers.") from None
        if any(len(noise) < FEWEST_BANDS or not all(map(math.isfinite, noise)) for noise in noises):
            raise _refused(f"A noise has fewer than {FEWEST_BANDS} bands, or a value that is not finite.")
        if any(not SHORTEST <= decay <= LONGEST for decay in decays):
            raise _refused(f"A decay lies outside {SHORTEST} to {LONGEST} s.")
        object.__setattr__(self, "noises", noises)
        object.__setattr__(self, "decays", decays)

    def __bool__(self) -> bool:
        return bool(self.noises or self.decays)

    @classmethod
    def fit(cls, clips: Iterable[np.ndarray], sampling_rate: int) -> Surroundings:
        """From recordings, int16 (samples,) each; the first 64 noises and decays that are found.

        A clip whose level hardly changes is noise as a whole; of others the pauses are, where they are 20 dB below the
        loudest parts. Decays are straight falls of at least 12 dB; a voice often fades more slowly than its room, so a clip's
        decay is that of its fastest third.

        Source: see `augmint.audio.listening`.
        """
        noises: list[tuple[float, ...]] = []
        decays: list[float] = []
        for clip in clips:
            spectrum, level = frames_of(clip, sampling_rate)
            if (noise := noise_of(spectrum, level, sampling_rate)) is not None:
                noises.append(noise)
            if (decay := decay_of(level)) is not None:
                decays.append(decay)
            if len(noises) >= MOST and len(decays) >= MOST:
                break
        return cls(tuple(noises[:MOST]), tuple(decays[:MOST]))

    def to_dict(self) -> dict[str, Any]:
        """Plain values, {} of nothing."""
        return {"noises": [list(noise) for noise in self.noises], "decays": list(self.decays)} if self else {}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Surroundings:
        """What `to_dict` gave. Raises UserError on anything else."""
        known_keys(values, {"noises", "decays"}, "surroundings")
        return cls(values.get("noises", ()), values.get("decays", ()))


def _refused(why: str) -> UserError:
    fix = "Give {noises: lists of dB, one a band; decays: seconds}, as Surroundings.fit does."
    return UserError(why, where="policy surroundings", fix=fix)


def spectrum_gain(noise: tuple[float, ...], hertz: np.ndarray, sampling_rate: int) -> np.ndarray:
    """Amplitude of a noise at frequencies in Hz, float64 (k,), through the middles of its bands."""
    top = hertz_to_mel(np.array([sampling_rate / 2]))
    middles = mel_to_hertz((np.arange(len(noise)) + 0.5) / len(noise) * top)
    return np.asarray(10 ** (np.interp(hertz, middles, noise) / 20))
