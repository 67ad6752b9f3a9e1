"""Clips of any length in a window of one length, and back."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

FRAME, MARGIN = 0.01, 0.02  # seconds: frames whose loudness is looked at, and silence that stays at the end
SILENCE = 10 ** (-40 / 20)
"""A frame this much quieter than the clip's loudest (40 dB) is silence."""
WINDOWS = (8_192, 16_384, 32_768, 65_536, 131_072)


def window_for(lengths: Tensor) -> int:
    """The smallest power of two from 8192 to 131072 samples that holds 95 % of the clips, else the largest.

    Args:
        lengths: int64 (n,), in samples, n > 0.

    Example:
        >>> window_for(torch.tensor([5_000, 8_000, 9_000]))
        16384
    """
    enough = torch.quantile(lengths.double(), 0.95)
    return next((size for size in WINDOWS if size >= enough), WINDOWS[-1])


def fit(audio: Tensor, length: Tensor, samples: int) -> tuple[Tensor, Tensor]:
    """Clips cut or padded with silence to `samples`; every clip begins where the window begins.

    Args:
        audio: (n, L) of any dtype.
        length: int64 (n,), true samples.
        samples: the window.

    Returns:
        audio of the same dtype, (n, samples), 0 beyond a clip's end, and its lengths, int64 (n,).

    Example:
        >>> audio, length = fit(torch.ones(1, 3), torch.tensor([2]), 4)
        >>> audio.tolist(), length.tolist()
        ([[1.0, 1.0, 0.0, 0.0]], [2])
    """
    length = length.clamp(max=samples)
    audio = F.pad(audio[:, :samples], (0, max(0, samples - audio.shape[1])))
    return silenced(audio, length), length


def silenced(audio: Tensor, length: Tensor) -> Tensor:
    """(n, L) with 0 beyond `length`, int64 (n,)."""
    inside = torch.arange(audio.shape[1], device=audio.device) < length[:, None]
    return torch.where(inside, audio, torch.zeros((), dtype=audio.dtype, device=audio.device))


@torch.no_grad()
def sound_length(audio: Tensor, sampling_rate: int) -> Tensor:
    """Where the sound of each clip ends: int64 (n,), 1 or more.

    Trailing frames of 10 ms that are 40 dB quieter than the loudest one don't count, but for 20 ms.

    Args:
        audio: float32 (n, L).
        sampling_rate: in Hz.

    Example:
        >>> clip = torch.zeros(1, 8_000)
        >>> clip[0, :800] = 0.5
        >>> sound_length(clip, 8_000).tolist()  # a tenth of a second and 20 ms
        [960]
    """
    width = max(1, round(FRAME * sampling_rate))
    power = F.pad(audio.float(), (0, -audio.shape[1] % width)).unflatten(1, (-1, width)).square().mean(2)
    loud = power > SILENCE**2 * power.amax(1, keepdim=True)
    places = torch.arange(1, power.shape[1] + 1, device=audio.device)
    last = (loud * places).amax(1)
    return (last * width + round(MARGIN * sampling_rate)).clamp(1, audio.shape[1])
