"""Audio augmentation ops over whole batches, with different parameters for every row.

Importing this room registers the ops that come with augmint.
"""

from augmint.audio.ops import (
    band_limit,
    clip,
    codec,
    frequency_drop,
    gain,
    noise,
    room,
    shift,
    speed,
    tempo,
    time_drop,
    vtlp,
)
from augmint.audio.ops.base import TASKS, AudioOp, Draw, Setting, check_audio, draws_of, written
from augmint.audio.ops.filters import FilterOp, filtered, frequencies
from augmint.audio.ops.registry import get_op, op_names, register

__all__ = [
    "TASKS",
    "AudioOp",
    "Draw",
    "FilterOp",
    "Setting",
    "check_audio",
    "draws_of",
    "filtered",
    "frequencies",
    "get_op",
    "op_names",
    "register",
    "written",
]

_FAMILIES = (band_limit, clip, codec, frequency_drop, gain, noise, room, shift, speed, tempo, time_drop, vtlp)
