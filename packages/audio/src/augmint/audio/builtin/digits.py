"""Spoken digits by synthetic voices: `builtin:spoken-digits`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from datasets import Audio, ClassLabel, Dataset, DatasetDict, Features, Value

from augmint.audio.builtin.speech import speak
from augmint.audio.files import write_clip
from augmint.core.interfaces import keyed_generator

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
VOICES = {
    "train": ("en-us+f2", "en-us+m3", "en+f4", "en+m1", "en-us+Alex"),
    "validation": ("en-us+Annie", "en+m7"),
    "test": ("en-us+f5", "en-us+m5", "en+Andrea", "en+Gene", "en-gb-scotland+m2"),
}
"""Nobody is heard in two splits."""
TAKES = {"train": 6, "validation": 5, "test": 10}
"""How often a voice says a digit, each time at another speed and pitch."""
SAMPLING_RATE = 16_000


def spoken_digits() -> DatasetDict:
    """Ten English digits, said by synthetic voices: 300 clips to train with, 100 to validate with and 500 to test with.

    Every split has voices of its own; speed, pitch and intonation differ from clip to clip. One channel, 16 kHz, 16-bit FLAC,
    0.2 to 1 s long. The clips are the same every time. They are synthetic: good for trying augmint out, and no evidence
    about people's voices.

    Returns:
        "train", "validation" and "test" with the columns "audio" (`Audio(decode=False)`: bytes of a FLAC file), "label" (zero to
        nine) and "voice".

    Raises:
        UserError: the package espeakng-loader is missing.

    Source: eSpeak NG (the optional package espeakng-loader).
    """
    return DatasetDict({split: _split(split) for split in VOICES})


@cache
def _split(split: str) -> Dataset:
    # Audio() itself would need torchcodec to build: the column is built of plain structs and cast.
    plain = Features({"audio": {"bytes": Value("binary"), "path": Value("string")},
                      "label": ClassLabel(names=list(DIGITS)), "voice": Value("string")})  # fmt: skip
    rows = list(_rows(split))
    table = Dataset.from_dict({name: [row[name] for row in rows] for name in plain}, features=plain)
    return table.cast_column("audio", Audio(decode=False))


def _rows(split: str) -> Iterator[dict[str, Any]]:
    for voice in VOICES[split]:
        for label, word in enumerate(DIGITS):
            for take in range(TAKES[split]):
                draw = keyed_generator(0, "builtin", "spoken-digits", voice, label, take)
                speed, pitch, span = (int(draw.integers(low, high)) for low, high in ((120, 231), (30, 71), (20, 81)))
                wave = speak(word, voice, sampling_rate=SAMPLING_RATE, words_per_minute=speed, pitch=pitch, pitch_range=span)
                yield {"audio": {"bytes": write_clip(wave, SAMPLING_RATE), "path": None}, "label": label, "voice": voice}
