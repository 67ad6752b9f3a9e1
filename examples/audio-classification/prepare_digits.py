"""Makes data/digits/{train,validation,test}.parquet: spoken numbers in five languages, synthetic to train with, real to
choose by and to test on.

Train is read by the voices of eSpeak NG. Validation is what three telephone announcers recorded, as Debian packages it, and test
what four others did in five sets: nothing recorded is trained on, and whatever validation chooses has never heard those of the
test. The labels are the numbers, whatever the language. Everything has telephone quality (8 kHz), as the recordings do.

    sudo apt-get install asterisk-core-sounds-{en,es,fr,it,ru}-wav \
        asterisk-prompt-es-co asterisk-prompt-fr-armelle asterisk-prompt-it-menardi-wav
    pip install "augmint[audio]" espeakng-loader
    python prepare_digits.py            # 0 to 20 and the tens to 90: 28 classes
    python prepare_digits.py --ten      # data/ten: the ten digits alone

The recordings are CC-BY-SA 3.0, CC-BY 3.0 (ru) or as their packages' copyright files say; the data folder is not in version
control.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from datasets import Audio, ClassLabel, Dataset, Features, Value, disable_progress_bars

from augmint.audio.builtin import speak
from augmint.audio.builtin.speech import trimmed
from augmint.audio.files import to_int16, write_clip
from augmint.core.errors import UserError
from augmint.core.interfaces import keyed_generator

RATE = 8_000
SOUNDS = Path("/usr/share/asterisk/sounds")
ANNOUNCERS = {  # folder -> (language, the Debian package)
    "en_US_f_Allison": ("en", "asterisk-core-sounds-en-wav"),
    "es_MX_f_Allison": ("es", "asterisk-core-sounds-es-wav"),
    "es": ("es", "asterisk-prompt-es-co"),
    "fr_CA_f_June": ("fr", "asterisk-core-sounds-fr-wav"),
    "fr": ("fr", "asterisk-prompt-fr-armelle"),
    "it_IT_m_Carlo": ("it", "asterisk-core-sounds-it-wav"),
    "it_IT_f_Menardi": ("it", "asterisk-prompt-it-menardi-wav"),
    "ru_RU_f_IvrvoiceRU": ("ru", "asterisk-core-sounds-ru-wav"),
}
CHOOSING = ("es", "fr", "it_IT_f_Menardi")
"""Announcers of the validation split."""
LANGUAGES = {"en": ("en-us", "en"), "es": ("es-419", "es"), "fr": ("fr", "fr-be"), "it": ("it", "it"), "ru": ("ru", "ru")}
"""The accents of eSpeak NG that take turns in a language. Announcers speak slowly, so some of the clips are slow too."""
VARIANTS = ("f2", "m3", "f4", "m1", "Alex", "Annie")
DIGITS = list(range(10))
NUMBERS = [*range(21), *range(30, 100, 10)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ten", action="store_true", help="ten digits instead of 28 numbers")
    parser.add_argument("--takes", type=int, default=2, help="how often a synthetic voice says a number for train")
    options = parser.parse_args()
    disable_progress_bars()
    folder = Path(__file__).parent / "data" / ("ten" if options.ten else "digits")
    numbers = DIGITS if options.ten else NUMBERS
    try:
        check_recordings(numbers)
        splits = {
            "train": list(synthetic(numbers, options.takes)),
            "validation": list(recorded(numbers, CHOOSING)),
            "test": list(recorded(numbers, [folder for folder in ANNOUNCERS if folder not in CHOOSING])),
        }
    except UserError as error:
        sys.exit(str(error))
    folder.mkdir(parents=True, exist_ok=True)
    for split, rows in splits.items():
        table(rows, numbers).to_parquet(folder / f"{split}.parquet")
        voices = sorted({row["voice"] for row in rows})
        kind = "synthetic clips" if split == "train" else "real recordings"
        print(f"{folder.name}/{split}.parquet: {len(rows)} {kind}, {len(numbers)} classes, {len(voices)} voices")
    print(f"The accuracy of a test split of {len(splits['test'])} clips is known to about "
          f"+-{98 / len(splits['test']) ** 0.5:.0f} points (95 %, at an accuracy of one half).")  # fmt: skip


def check_recordings(numbers: list[int]) -> None:
    """Raise UserError naming the packages that are missing."""
    missing = [package for folder, (_, package) in ANNOUNCERS.items() if not all(recording(folder, n) for n in numbers)]
    if missing:
        fix = "Install them with: sudo apt-get install " + " ".join(missing)
        raise UserError(f"There are recordings missing below {SOUNDS}.", fix=fix)
    places = {folder: (SOUNDS / folder).resolve() for folder in ANNOUNCERS}
    doubled = [folder for folder, place in places.items() if list(places.values()).count(place) > 1]
    if linked := [folder for folder in doubled if places[folder] != SOUNDS / folder]:
        # Debian links a language to one of its announcers: the same clips would then be chosen by and tested on.
        packages = " ".join(ANNOUNCERS[folder][1] for folder in linked)
        raise UserError(f"{' and '.join(linked)} below {SOUNDS} are links to other announcers' recordings.",
                        fix=f"Install {packages} and choose them: sudo update-alternatives --config asterisk-prompt-<language>.")


def recording(folder: str, number: int) -> Path | None:
    """The file that says this number and nothing else, if there is one."""
    files = (SOUNDS / folder / "digits" / f"{number}{ending}" for ending in (".wav", ".gsm"))
    return next((file for file in files if file.is_file()), None)


def read(file: Path) -> np.ndarray:
    """float32 (samples,) at `RATE`."""
    raw = {"format": "RAW", "subtype": "GSM610", "samplerate": RATE, "channels": 1} if file.suffix == ".gsm" else {}
    samples, rate = soundfile.read(file, dtype="float32", **raw)
    assert rate == RATE
    return np.asarray(samples)


def recorded(numbers: list[int], announcers: Sequence[str]) -> Iterator[dict[str, Any]]:
    """One clip of each number by each announcer."""
    for folder in announcers:
        for label, number in enumerate(numbers):
            file = recording(folder, number)
            assert file is not None
            yield row(to_int16(read(file)), label, ANNOUNCERS[folder][0], folder)


def synthetic(numbers: list[int], takes: int) -> Iterator[dict[str, Any]]:
    """Clips of many voices, each at another speed, pitch and intonation."""
    for language, accents in LANGUAGES.items():
        for turn, variant in enumerate(VARIANTS):
            voice = f"{accents[turn % 2]}+{variant}"
            for label, number in enumerate(numbers):
                for take in range(takes):
                    draw = keyed_generator(0, "digits", voice, number, take)
                    speed, pitch, span = (int(draw.integers(low, high)) for low, high in ((80, 221), (20, 76), (20, 81)))
                    samples = speak(str(number), voice, sampling_rate=RATE, words_per_minute=speed, pitch=pitch, pitch_range=span)
                    yield row(samples, label, language, voice)


def row(samples: np.ndarray, label: int, language: str, voice: str) -> dict[str, Any]:
    clip = {"bytes": write_clip(trimmed(samples, RATE), RATE), "path": None}
    return {"audio": clip, "label": label, "language": language, "voice": voice}


def table(rows: list[dict[str, Any]], numbers: list[int]) -> Dataset:
    """The rows with an `Audio(decode=False)` column, which reads without torchcodec."""
    features = Features({
        "audio": {"bytes": Value("binary"), "path": Value("string")},
        "label": ClassLabel(names=[str(number) for number in numbers]),
        "language": Value("string"),
        "voice": Value("string"),
    })  # fmt: skip
    plain = Dataset.from_dict({name: [row[name] for row in rows] for name in features}, features=features)
    return plain.cast_column("audio", Audio(decode=False))


if __name__ == "__main__":
    main()
