"""The eSpeak NG speech synthesiser, called through its C interface.

The library keeps state between utterances (its noise, the flutter of its voices), so that a word's samples would depend on what
was said before. It is therefore loaded anew for every utterance, which takes a few milliseconds and makes the samples the same
every time.
"""

from __future__ import annotations

import _ctypes
import ctypes
import importlib
import threading
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from augmint.core.errors import UserError, nearest

_LOCK = threading.Lock()
_OUTPUT_SYNCHRONOUS, _DONT_EXIT, _UTF8 = 2, 0x8000, 1  # of speak_lib.h: espeak_AUDIO_OUTPUT, espeak_Initialize, espeak_Synth
_PARAMETERS = {"words_per_minute": 1, "pitch": 3, "pitch_range": 4}  # espeakRATE, espeakPITCH, espeakRANGE
_RANGES = {"words_per_minute": (80, 450), "pitch": (0, 99), "pitch_range": (0, 99)}
_REINSTALL = "Try: pip install --force-reinstall espeakng-loader"
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


def say(text: str, voice: str, **parameters: int) -> tuple[np.ndarray, int]:
    """What eSpeak NG makes of the text.

    Args:
        text: what to say.
        voice: a language of eSpeak NG, alone or with one of its variants: "en-us", "fr+f2", "it+Annie". Their names are those of
            the files in its folders `lang` and `voices/!v`.
        parameters: words_per_minute (80 to 450), pitch (0 to 99), pitch_range (0 to 99).

    Returns:
        samples, int16 (L,), and the sampling rate in Hz. The same text and settings give the same samples in every process.

    Raises:
        UserError: espeakng-loader is missing, there is no such voice, or a parameter is out of range.
    """
    for name, value in parameters.items():
        low, high = _RANGES[name]
        if not low <= value <= high:
            raise UserError(f"{name} is {value!r}.", where="speak", fix=f"Use a whole number, {low} to {high}.")
    loader = _loader()
    data = str(loader.get_data_path())
    file = _voice_file(data, voice)
    with _LOCK:
        library = ctypes.CDLL(str(loader.get_library_path()))
        try:
            return _say(library, data, text.encode(), file, parameters)
        finally:
            library.espeak_Terminate()
            _unload(library)


def _say(library: Any, data: str, text: bytes, file: str, parameters: dict[str, int]) -> tuple[np.ndarray, int]:
    rate = int(library.espeak_Initialize(_OUTPUT_SYNCHRONOUS, 0, data.encode(), _DONT_EXIT))
    if rate <= 0:
        raise UserError(f"eSpeak NG does not start with the data in {data}.", fix=_REINSTALL)
    heard = bytearray()

    def keep(samples: int | None, count: int, events: int | None) -> int:
        if samples and count > 0:
            heard.extend(ctypes.string_at(samples, 2 * count))
        return 0  # go on

    callback = _CALLBACK(keep)
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(file.encode()) != 0:
        raise UserError(f"eSpeak NG cannot load its voice {file}.", fix=_REINSTALL)
    for name, value in parameters.items():
        library.espeak_SetParameter(_PARAMETERS[name], int(value), 0)
    library.espeak_ng_SetRandSeed(ctypes.c_long(1))
    library.espeak_Synth(text, ctypes.c_size_t(len(text) + 1), 0, 0, 0, _UTF8, None, None)
    library.espeak_Synchronize()
    return np.frombuffer(bytes(heard), dtype=np.int16), rate


def _voice_file(data: str, voice: str) -> str:
    """The language's file, such as "roa/fr", with "+variant" behind it: the name that is found fastest.

    A variant that does not exist would be ignored in silence.
    """
    language, plus, variant = voice.partition("+")
    languages, variants = _files(f"{data}/lang"), _files(f"{data}/voices/!v")
    for name, known in ((language, languages), (variant, variants if plus else None)):
        if known is not None and name.lower() not in known:
            raise UserError(f"eSpeak NG has no voice {voice!r}.", where="speak", fix=nearest(name, known))
    return languages[language.lower()] + (f"+{variants[variant.lower()]}" if plus else "")


@cache
def _files(folder: str) -> dict[str, str]:
    """Name in small letters -> path from the folder, of every file below."""
    files = (path for path in sorted(Path(folder).rglob("*")) if path.is_file())
    return {path.name.lower(): path.relative_to(folder).as_posix() for path in files}


def _loader() -> Any:
    try:
        return importlib.import_module("espeakng_loader")
    except ImportError as error:
        raise UserError("Synthetic speech needs eSpeak NG.", fix="Install it with: pip install espeakng-loader") from error


def _unload(library: Any) -> None:
    free = getattr(_ctypes, "dlclose", None) or getattr(_ctypes, "FreeLibrary")  # noqa: B009 - there is one a system
    free(library._handle)
