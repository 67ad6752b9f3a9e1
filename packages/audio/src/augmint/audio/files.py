"""Sound files: bytes, paths and arrays to samples at one rate, and back."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

FULL_SCALE = 32768
"""What 1.0 is as a 16-bit sample."""
_HEAD = 8192  # bytes in which an MP3 file's header is looked for


class Unreadable(ValueError):
    """Why a clip cannot be used, as one phrase."""


def stored_source(cell: Any) -> Any:
    """What soundfile opens of a stored cell, `{"bytes", "path"}`.

    Raises:
        Unreadable: there is neither, or no such file.
    """
    if cell is None or (cell.get("bytes") is None and cell.get("path") is None):
        raise Unreadable("is missing")
    if cell.get("bytes") is not None:
        return io.BytesIO(cell["bytes"])
    if not Path(cell["path"]).is_file():
        raise Unreadable("is missing: there is no such file")
    return cell["path"]


def read_info(cell: Any) -> tuple[int, int]:
    """Sampling rate and frames of a stored cell, from its header alone. Raises Unreadable."""
    try:
        info = soundfile.info(stored_source(cell))
    except (soundfile.SoundFileError, TypeError, OSError) as error:
        raise Unreadable(f"cannot be decoded ({_reason(error)})") from error
    return int(info.samplerate), int(info.frames)


def says_its_length(cell: Any) -> bool:
    """Whether a stored cell that can be read says how long it is. MP3 files do in a header that most encoders write; without it
    their size is all there is to guess by."""
    source = stored_source(cell)
    head = source.read(_HEAD) if isinstance(source, io.BytesIO) else Path(source).read_bytes()[:_HEAD]
    return not head.startswith((b"ID3", b"\xff")) or b"Xing" in head or b"Info" in head


def read_clip(cell: Any, sampling_rate: int) -> np.ndarray:
    """A stored cell as int16 (samples,): channels averaged, resampled once by soxr.

    Args:
        cell: `{"bytes", "path"}`: wav, flac, ogg, mp3 or whatever else libsndfile reads.
        sampling_rate: of the result, in Hz.

    Raises:
        Unreadable: it is missing, empty, damaged, or holds numbers that are not finite.
    """
    try:
        samples, rate = soundfile.read(stored_source(cell), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, TypeError, OSError) as error:
        raise Unreadable(f"cannot be decoded ({_reason(error)})") from error
    if not len(samples):
        raise Unreadable("has no samples")
    if not np.isfinite(samples).all():
        raise Unreadable("holds numbers that are not finite")
    return to_int16(resampled(samples.mean(axis=1), rate, sampling_rate))


def resampled(samples: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    """float32 (samples,) at another rate, at high quality; as it is where the rates are equal."""
    if rate == wanted:
        return samples
    result: np.ndarray = soxr.resample(samples.astype(np.float32), rate, wanted, quality="HQ")
    return result


def to_int16(samples: np.ndarray) -> np.ndarray:
    """float (samples,) in [-1, 1] as int16; a clip that is louder is turned down as a whole, never clipped."""
    wide = samples.astype(np.float64) * FULL_SCALE
    over = max(float(wide.max(initial=0.0)) / (FULL_SCALE - 1), -float(wide.min(initial=0.0)) / FULL_SCALE)
    return np.rint(wide / over if over > 1 else wide).astype(np.int16)


def write_clip(samples: np.ndarray, sampling_rate: int, kind: str = "FLAC") -> bytes:
    """int16 (samples,) as a file: "FLAC" or "WAV" without loss, "MP3" to be listened to in a page. The same samples give the same
    bytes."""
    buffer = io.BytesIO()
    subtype = {"FLAC": "PCM_16", "WAV": "PCM_16", "MP3": "MPEG_LAYER_III"}[kind]
    soundfile.write(buffer, samples, sampling_rate, format=kind, subtype=subtype)
    return buffer.getvalue()


def from_array(value: Mapping[str, Any]) -> dict[str, Any]:
    """`{"array", "sampling_rate"}` as the stored cell `{"bytes", "path"}`.

    Args:
        value: "array" float in [-1, 1] or whole numbers of full scale, (samples,), (channels, samples) or (samples, channels).

    Raises:
        Unreadable: the array is empty, of another shape, or not finite.
    """
    array = np.asarray(value["array"])
    if array.ndim == 2:
        whole = array.dtype.kind == "i"
        mixed = array.astype(np.float64).mean(axis=0 if array.shape[0] <= array.shape[1] else 1)
        array = np.rint(mixed).astype(array.dtype) if whole else mixed
    if array.ndim != 1 or not len(array):
        raise Unreadable(f"is an array of shape {np.shape(value['array'])}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise Unreadable("holds numbers that are not finite")
    if array.dtype.kind == "i" and array.dtype != np.int16:
        array = array / -float(np.iinfo(array.dtype).min)
    samples = array if array.dtype == np.int16 else to_int16(array.astype(np.float64))
    return {"bytes": write_clip(samples, int(value["sampling_rate"])), "path": None}


def _reason(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).replace("Error opening ", "")[:120]
