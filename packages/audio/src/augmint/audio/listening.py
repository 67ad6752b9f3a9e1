"""What one recording tells of noise and of the room it was made in.

Source: Wen, Habets and Naylor 2008, "Blind estimation of reverberation time based on the distribution of signal decay rates".
"""

from __future__ import annotations

import math

import numpy as np
from scipy import signal

from augmint.audio.mel import hertz_to_mel

BANDS = 24
"""Of a noise's spectrum, equally wide in mels from 0 Hz to half the sampling rate."""
SHORTEST, LONGEST = 0.05, 2.0
"""Seconds in which sound falls by 60 dB: outside of these it was no room that was heard."""
_HOP, _WINDOW = 0.01, 0.025  # seconds
_EVEN, _PAUSE = 10.0, 20.0  # dB of level within a clip: less apart is noise all through; more apart has pauses
_STILL = 3.0  # dB by which a pause may be louder than the quietest tenth of a clip
_FALL, _STRAIGHT = 12.0, 0.97  # dB that a decay falls at least, and how well a line fits it
_FLOOR = -90.0  # dB of full scale; what is quieter is digital silence


def frames_of(clip: np.ndarray, sampling_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Power spectra (k, frames) of the clip, and its level in dB of full scale (frames,)."""
    window, hop = round(_WINDOW * sampling_rate), round(_HOP * sampling_rate)
    wave = np.asarray(clip, dtype=np.float64) / 32768
    if len(wave) < 4 * window:
        return np.zeros((window // 2 + 1, 0)), np.zeros(0)
    found = signal.ShortTimeFFT(signal.windows.hann(window, sym=False), hop, sampling_rate, scale_to="psd")
    spectrum = found.spectrogram(wave, p0=found.lower_border_end[1], p1=found.upper_border_begin(len(wave))[1])
    level = 10 * np.log10(np.maximum(spectrum.sum(0) * found.delta_f, 1e-12))
    return spectrum, level


def noise_of(spectrum: np.ndarray, level: np.ndarray, sampling_rate: int) -> tuple[float, ...] | None:
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


def decay_of(level: np.ndarray) -> float | None:
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
