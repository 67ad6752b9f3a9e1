"""What recordings tell of the places they were made in: how their noise is coloured, and how fast sound dies away there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import signal

from augmint.audio.mel import hertz_to_mel, mel_to_hertz
from augmint.core.errors import UserError
from augmint.core.interfaces import known_keys

BANDS = 24
"""Of a noise's spectrum, equally wide in mels from 0 Hz to half the sampling rate."""
FEWEST_BANDS, MOST = 4, 64
"""Bands of a spectrum; noises and decays that are kept."""
SHORTEST, LONGEST = 0.05, 2.0
"""Seconds in which sound falls by 60 dB: outside of these it was no room that was heard."""
_HOP, _WINDOW = 0.01, 0.025  # seconds
_EVEN, _PAUSE = 10.0, 20.0  # dB of level within a clip: less apart is noise all through; more apart has pauses
_STILL = 3.0  # dB by which a pause may be louder than the quietest tenth of a clip
_FALL, _STRAIGHT = 12.0, 0.97  # dB that a decay falls at least, and how well a line fits it
_FLOOR = -90.0  # dB of full scale; what is quieter is digital silence


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

        Source: Wen, Habets and Naylor 2008, "Blind estimation of reverberation time based on the distribution of signal decay
        rates".
        """
        noises: list[tuple[float, ...]] = []
        decays: list[float] = []
        for clip in clips:
            spectrum, level = _frames(clip, sampling_rate)
            if (noise := _noise(spectrum, level, sampling_rate)) is not None:
                noises.append(noise)
            if (decay := _decay(level)) is not None:
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


def _frames(clip: np.ndarray, sampling_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Power spectra (k, frames) of the clip, and its level in dB of full scale (frames,)."""
    window, hop = round(_WINDOW * sampling_rate), round(_HOP * sampling_rate)
    wave = np.asarray(clip, dtype=np.float64) / 32768
    if len(wave) < 4 * window:
        return np.zeros((window // 2 + 1, 0)), np.zeros(0)
    found = signal.ShortTimeFFT(signal.windows.hann(window, sym=False), hop, sampling_rate, scale_to="psd")
    spectrum = found.spectrogram(wave, p0=found.lower_border_end[1], p1=found.upper_border_begin(len(wave))[1])
    level = 10 * np.log10(np.maximum(spectrum.sum(0) * found.delta_f, 1e-12))
    return spectrum, level


def _noise(spectrum: np.ndarray, level: np.ndarray, sampling_rate: int) -> tuple[float, ...] | None:
    """What is heard in a clip's pauses, in dB a band, or None where it has none."""
    heard = level > _FLOOR
    if heard.sum() < 20:
        return None
    quiet, loud = np.percentile(level[heard], [10, 90])
    if loud - quiet > _EVEN:
        still = heard & (level <= quiet + _STILL)
        heard = still & np.roll(still, 1) & np.roll(still, -1)  # the edge of a word is quiet too, for one frame
        if loud - quiet < _PAUSE or heard.sum() < 3:
            return None
    spectrum = spectrum[:, heard]
    hertz = np.linspace(0, sampling_rate / 2, len(spectrum))
    mels = hertz_to_mel(hertz)
    band = np.minimum((mels / mels[-1] * BANDS).astype(int), BANDS - 1)
    mean = spectrum.mean(1)
    count = np.bincount(band, minlength=BANDS)
    power = np.bincount(band, mean, BANDS) / np.maximum(count, 1)
    centres = np.arange(BANDS)
    power = np.interp(centres, centres[count > 0], power[count > 0])  # at low rates the lowest bands hold no frequency
    decibels = 10 * np.log10(np.maximum(power, power.max() * 1e-9))
    return tuple(np.round(decibels - decibels.mean(), 1).tolist())


def _decay(level: np.ndarray) -> float | None:
    """RT60 in seconds by a clip's free decays, or None where there are fewer than three."""
    if len(level) < 5:
        return None
    smooth = np.convolve(level, np.ones(3) / 3, mode="valid")
    falls = np.flatnonzero(np.diff(np.concatenate([[0], (np.diff(smooth) < 0).astype(int), [0]])))
    found = []
    for start, stop in zip(falls[::2], falls[1::2], strict=True):
        part = smooth[start : stop + 1]
        part = part[part > _FLOOR]
        if len(part) < 5 or part[0] - part[-1] < _FALL:
            continue
        time = np.arange(len(part)) * _HOP
        slope, _ = np.polyfit(time, part, 1)
        if np.corrcoef(time, part)[0, 1] ** 2 >= _STRAIGHT:
            found.append(-60 / slope)
    if len(found) < 3:
        return None
    fastest = np.sort(found)[: math.ceil(len(found) / 3)]
    return round(float(np.clip(np.median(fastest), SHORTEST, LONGEST)), 3)


def spectrum_gain(noise: tuple[float, ...], hertz: np.ndarray, sampling_rate: int) -> np.ndarray:
    """Amplitude of a noise at frequencies in Hz, float64 (k,), through the middles of its bands."""
    top = hertz_to_mel(np.array([sampling_rate / 2]))
    middles = mel_to_hertz((np.arange(len(noise)) + 0.5) / len(noise) * top)
    return np.asarray(10 ** (np.interp(hertz, middles, noise) / 20))
