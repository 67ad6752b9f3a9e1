"""Synthetic speech of any text, ready for training: trimmed and at the sampling rate asked for."""

from __future__ import annotations

import numpy as np

from augmint.audio.builtin.espeak import say
from augmint.audio.files import FULL_SCALE, resampled, to_int16
from augmint.core.errors import UserError

SILENCE = 10 ** (-40 / 20)
"""A frame this much quieter than the loudest one (40 dB) is silence."""
FRAME, MARGIN = 0.01, 0.02  # seconds: frames that are looked at, and silence that stays at both ends


def speak(text: str, voice: str = "en-us", *, sampling_rate: int = 16_000, words_per_minute: int = 175, pitch: int = 50,
          pitch_range: int = 50, trim: bool = True) -> np.ndarray:  # fmt: skip
    """A synthetic voice reading the text.

    Args:
        text: what to say.
        voice: a language of eSpeak NG, alone or with one of its variants: "en-us", "fr+f2", "it+Annie".
        sampling_rate: of the result, in Hz.
        words_per_minute: 80 to 450.
        pitch: 0 to 99.
        pitch_range: 0 to 99; 0 is monotonous.
        trim: leave out the silence at both ends, but for 20 ms.

    Returns:
        int16 (L,). The same text and settings give the same samples in every process, whatever was said before.

    Raises:
        UserError: espeakng-loader is missing, there is no such voice, a setting is out of range, or nothing can be heard.
    """
    samples, rate = say(text, voice, words_per_minute=words_per_minute, pitch=pitch, pitch_range=pitch_range)
    if not samples.any():
        raise UserError(f"The voice {voice!r} says nothing for {text!r}.", where="speak", fix="Give words in the voice's language.")
    if trim:
        samples = trimmed(samples, rate)
    if rate == sampling_rate:
        return samples
    return to_int16(resampled(samples.astype(np.float32) / FULL_SCALE, rate, sampling_rate))


def trimmed(samples: np.ndarray, rate: int) -> np.ndarray:
    """int16 (L,) without the silence at both ends, but for 20 ms of it; all-silent samples stay as they are.

    Example:
        >>> clip = np.zeros(16_000, np.int16)
        >>> clip[8_000:9_600] = 1_000
        >>> len(trimmed(clip, 16_000))  # a tenth of a second and 20 ms at both ends
        2240
    """
    width = max(1, round(FRAME * rate))
    frames = np.pad(samples.astype(np.float64), (0, -len(samples) % width)).reshape(-1, width)
    loudness = np.sqrt((frames**2).mean(axis=1))
    loud = np.flatnonzero(loudness > SILENCE * loudness.max(initial=0.0))
    if not len(loud):
        return samples
    margin = round(MARGIN * rate)
    return samples[max(0, loud[0] * width - margin) : (loud[-1] + 1) * width + margin]
