"""Rooms."""

from __future__ import annotations

import numpy as np
import scipy.fft
import torch
from torch import Tensor

from augmint.audio.ops.base import AudioOp, Draw, normals
from augmint.audio.ops.filters import convolved
from augmint.audio.ops.registry import register

SHORTEST, LONGEST = 0.1, 0.6  # seconds in which the sound falls by 60 dB
DRIEST, WETTEST = 12.0, 0.0  # dB between what comes directly and what the walls send back
_DECAY, _HEARD = 6.9078, 0.75  # 60 dB as a natural logarithm of amplitude; the part of it that is made: 45 dB
_GAP = 0.002  # seconds until the first wall answers


@register
class Room(AudioOp):
    """Adds the answer of a room: noise that decays by 60 dB within 0.1 to 0.6 s, 12 to 0 dB below the sound itself, which is kept.

    Where the policy knows the decays of real rooms (see `Surroundings`), it takes theirs, the longer the stronger.

    The length stays: what still sounds after the clip's end is left out.

    Source: Ko et al. 2017, "A study on data augmentation of reverberant speech for robust speech recognition".
    """

    name = "room"

    def change(self, wave: Tensor, draw: Draw) -> Tensor:
        decays = self.setting.surroundings.decays
        decay = float(np.quantile(decays, draw.magnitude)) if decays else None
        taps = impulse_response(draw.magnitude, draw.seed, self.setting.sampling_rate, decay)
        size = max(8192, 2 ** (2 * len(taps)).bit_length())  # larger transforms overlap less, and leave the processor's cache
        spectrum = torch.from_numpy(scipy.fft.rfft(taps.numpy(), n=size))
        return convolved(wave, spectrum.to(wave.device), size, len(taps) - 1, 0)


def impulse_response(magnitude: float, seed: int, sampling_rate: int, decay: float | None = None) -> Tensor:
    """float32 (three quarters of RT60 in samples,): 1 for the direct path, then a short gap, then noise that decays by 45 dB."""
    decay = SHORTEST + (LONGEST - SHORTEST) * magnitude if decay is None else decay
    length = max(2, int(_HEARD * decay * sampling_rate))
    taps = torch.linspace(0, -_HEARD * _DECAY, length).exp_().mul_(normals(length, seed, torch.device("cpu")))
    taps[: int(_GAP * sampling_rate)] = 0
    level = 10 ** (-(DRIEST + (WETTEST - DRIEST) * magnitude) / 20)
    taps *= level / float(torch.linalg.vector_norm(taps))
    taps[0] = 1
    return taps
