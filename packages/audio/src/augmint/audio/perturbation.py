"""Changes of a mel spectrogram that leave what is said as it is: drawn once a row, then applied.

Source: Jaitly and Hinton 2013, "Vocal tract length perturbation (VTLP) improves speech recognition"; Park et al. 2019,
"SpecAugment: a simple data augmentation method for automatic speech recognition" (bands and times).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from augmint.audio.mel import FLOOR, hertz_to_mel, mel_points
from augmint.core.interfaces import RowRandom

WARP = 0.1
"""The vocal tract is at most a tenth longer or shorter."""
STRETCH = 0.1
"""So is the clip."""
GAIN = TILT = 6.0
"""In dB: louder or softer, and as much more between the lowest and the highest mel."""
MASKS, BANDS, SECONDS, SHARE = 2, 0.1, 0.08, 0.075
"""Masks of each kind; a band's part of all mels; a time's length, and the part of the clip it may take."""
MASK_GAIN = -30.0
"""In dB: what masked parts are turned down by."""
_BOUNDARY = 0.6  # of f_max: up to here frequencies are scaled, above they are squeezed so that the highest stays
_NEPER = math.log(10.0) / 20.0  # dB to natural logarithms of magnitudes


@dataclass(frozen=True)
class MelPerturbation:
    """What one row's mels are changed by.

    Attributes:
        warp: factor of frequencies; above 1 moves formants up.
        stretch: new duration / old duration; above 1 is slower.
        gain: dB added everywhere.
        tilt: dB by which the highest mel gains on the lowest.
        mask_gain: dB added under masks.
        bands: (start, width) of masked bands, width a part of all mels, start a part of the room that is left.
        times: the same of masked times; width a part of their greatest length.
    """

    warp: float = 1.0
    stretch: float = 1.0
    gain: float = 0.0
    tilt: float = 0.0
    mask_gain: float = 0.0
    bands: tuple[tuple[float, float], ...] = ()
    times: tuple[tuple[float, float], ...] = ()

    def length(self, samples: int) -> int:
        """Samples of the stretched clip."""
        return max(1, round(samples * self.stretch)) if samples else 0


def draw_perturbations(rng: RowRandom, strength: float) -> list[MelPerturbation]:
    """One perturbation a row; at `strength` 0 it changes nothing, at 1 most.

    Example:
        >>> draw_perturbations(RowRandom(0, "doc", rows=[3]), 0.0)[0].stretch
        1.0
    """
    drawn = []
    for row in rng.uniform(4 + 4 * MASKS).cpu().tolist():
        warp, stretch, gain, tilt = (strength * (2.0 * unit - 1.0) for unit in row[:4])
        masks = [(start, strength * width) for start, width in zip(row[4::2], row[5::2], strict=True)]
        drawn.append(
            MelPerturbation(
                1 + WARP * warp,
                1 + STRETCH * stretch,
                GAIN * gain,
                TILT * tilt,
                strength * MASK_GAIN,
                tuple(masks[:MASKS]),
                tuple(masks[MASKS:]),
            )
        )
    return drawn


def perturb_mel(mel: Tensor, change: MelPerturbation, frames: int, *, frame_rate: float, f_min: float, f_max: float) -> Tensor:
    """The changed log-mels of one clip.

    Args:
        mel: float32 (n_mels, frames before), natural logarithms of magnitudes.
        change: what to do.
        frames: how many there shall be, that is those of `change.length(samples)` samples.
        frame_rate: frames a second.
        f_min, f_max: where the mels begin and end, in Hz.

    Returns:
        float32 (n_mels, frames), nowhere below log 1e-5.
    """
    n_mels, before = mel.shape
    if change.warp != 1.0:
        source = torch.from_numpy(warped_bins(n_mels, change.warp, f_min, f_max)).float().to(mel.device)
        mel = _between(mel.T, source).T
    if change.stretch != 1.0 or frames != before:
        mel = _between(mel, torch.arange(frames, device=mel.device, dtype=mel.dtype) / change.stretch)
    level = torch.linspace(-0.5, 0.5, n_mels, device=mel.device, dtype=mel.dtype)[:, None] * change.tilt + change.gain
    masked = torch.zeros_like(mel)
    for start, width in change.bands:
        low, high = _span(start, width * BANDS * n_mels, n_mels)
        masked[low:high] = change.mask_gain
    for start, width in change.times:
        low, high = _span(start, width * min(SECONDS * frame_rate, SHARE * frames), frames)
        masked[:, low:high] = change.mask_gain
    # the level of what is as good as silent stays: noise would come of lifting it
    changed = torch.where(mel > math.log(FLOOR) + 1e-3, mel + _NEPER * (level + masked), mel)
    return changed.clamp_min(math.log(FLOOR))


def warped_bins(n_mels: int, warp: float, f_min: float, f_max: float) -> np.ndarray:
    """Where each mel takes its value from, as a fractional mel number: float64 (n_mels,).

    Example:
        >>> bool((warped_bins(80, 1.1, 0.0, 8000.0)[10:60] < np.arange(80)[10:60]).all())  # formants come from below: they move up
        True
    """
    points = mel_points(n_mels, f_min, f_max)
    knee = _BOUNDARY * f_max * min(warp, 1.0)  # the unwarped frequency up to which the factor holds; the warped one is knee * warp
    source = np.interp(points[1:-1], [0.0, knee * warp, f_max], [0.0, knee, f_max])
    low, high = hertz_to_mel(points[[0, -1]])
    return np.clip((hertz_to_mel(source) - low) / (high - low) * (n_mels + 1) - 1, 0, n_mels - 1)


def _between(values: Tensor, positions: Tensor) -> Tensor:
    """Values at fractional positions along the last dimension, linearly; beyond the end the last value."""
    positions = positions.clamp(0, values.shape[-1] - 1)
    low = positions.floor().long()
    high = (low + 1).clamp_max(values.shape[-1] - 1)
    return torch.lerp(values[..., low], values[..., high], positions - low)


def _span(start: float, width: float, room: int) -> tuple[int, int]:
    whole = min(round(width), room)
    first = int(start * (room - whole + 1))
    return first, first + whole
