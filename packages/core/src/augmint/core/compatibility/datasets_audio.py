"""`datasets.Audio` without torchcodec, or with one that cannot be imported.

Since release 4, `datasets` cannot even *store* encoded audio without torchcodec: `Audio.encode_example` imports it before it looks
at what it is given. Files and bytes need no codec to be stored, so that building rows, `audiofolder` and the like work without.
"""

from __future__ import annotations

import functools
import io
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Audio

from augmint.core.compatibility import torchcodec

_MARK = "_augmint_stores_without_torchcodec"


def prepare() -> None:
    """Let `Audio` store paths, bytes and arrays where torchcodec cannot be used. Calling again does nothing more."""
    original = Audio.encode_example
    if getattr(original, _MARK, False):
        return

    @functools.wraps(original)
    def encode_example(self: Audio, value: Any) -> Any:
        stored = _stored(value) if torchcodec.failure() is not None else None
        return original(self, value) if stored is None else stored

    setattr(encode_example, _MARK, True)
    Audio.encode_example = encode_example


def _stored(value: Any) -> dict[str, Any] | None:
    """Path and bytes as they are kept; None where the value is of another kind."""
    if isinstance(value, (str, Path)):
        return {"bytes": None, "path": str(value)}
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": bytes(value), "path": None}
    if not isinstance(value, dict):
        return None
    if "array" in value and value.get("sampling_rate"):
        import soundfile  # of the audio extra: where it is missing, so is what to do with audio

        array = np.asarray(value["array"])
        if array.dtype.kind in "iu":
            array = array / -float(np.iinfo(array.dtype).min or -1)
        if array.ndim == 2 and array.shape[0] < array.shape[1]:
            array = array.T  # channels first, as datasets has them
        buffer = io.BytesIO()
        soundfile.write(buffer, array, int(value["sampling_rate"]), format="WAV", subtype="FLOAT")
        return {"bytes": buffer.getvalue(), "path": None}
    if value.get("bytes") is None and value.get("path") is None:
        return None
    path = value.get("path")
    kept = path is not None and Path(path).is_file()  # a file that is there is not copied, as datasets does it
    return {"bytes": None if kept else value.get("bytes"), "path": path}
