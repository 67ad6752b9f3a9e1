"""A clip as a page shows it: a spectrogram above a player."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image
from scipy import signal

from augmint.audio.files import FULL_SCALE, write_clip

HEIGHT, WIDTH = 64, 180
"""Pixels of a spectrogram."""
_FLOOR = -80.0  # dB below the loudest: darker is not told apart
_DARK, _MIDDLE, _LIGHT = (13, 8, 40), (190, 55, 100), (252, 245, 190)


def spectrogram(samples: np.ndarray, sampling_rate: int) -> Image.Image:
    """The power of a clip, int16 (samples,), over time (to the right) and frequency (upwards, up to half the rate)."""
    window = max(32, round(0.025 * sampling_rate))
    wave = samples.astype(np.float64) / FULL_SCALE
    wave = np.pad(wave, (0, max(0, 2 * window - len(wave))))
    _, _, values = signal.spectrogram(wave, sampling_rate, nperseg=window, noverlap=window - max(1, window // 3), mode="magnitude")
    decibels = 20 * np.log10(np.maximum(values, 1e-9))
    unit = np.clip((decibels - decibels.max() - _FLOOR) / -_FLOOR, 0, 1)[::-1]
    picture = Image.fromarray(np.rint(unit * 255).astype(np.uint8)).resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)
    return _coloured(picture)


def _coloured(picture: Image.Image) -> Image.Image:
    level = np.asarray(picture, dtype=np.float64)[..., None] / 255
    dark, middle, light = (np.array(colour, dtype=np.float64) for colour in (_DARK, _MIDDLE, _LIGHT))
    low = dark + (middle - dark) * np.minimum(1, 2 * level)
    return Image.fromarray(np.rint(np.where(level < 0.5, low, middle + (light - middle) * (2 * level - 1))).astype(np.uint8))


def player(samples: np.ndarray, sampling_rate: int) -> str:
    """HTML of one clip, int16 (samples,), complete in itself: the sound is MP3, which every browser plays."""
    buffer = io.BytesIO()
    spectrogram(samples, sampling_rate).save(buffer, "PNG", optimize=True)
    picture = base64.b64encode(buffer.getvalue()).decode()
    sound = base64.b64encode(write_clip(samples, sampling_rate, "MP3")).decode()
    seconds = len(samples) / sampling_rate
    return (
        f'<img src="data:image/png;base64,{picture}" width="{WIDTH}" height="{HEIGHT}" alt="spectrogram, {seconds:.2f} s"><br>'
        f'<audio controls preload="none" style="width:{WIDTH}px;height:28px" src="data:audio/mpeg;base64,{sound}"></audio>'
    )
