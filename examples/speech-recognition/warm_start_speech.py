"""What `warm_start.py` trains on: English read by synthetic voices, and telephone prompts in other languages.

Source of the sentences: Frank Richter, TU Chemnitz, https://dict.tu-chemnitz.de (GPL, version 2 or later).
Source of the prompts: Asterisk core sounds, (c) Digium (CC-BY-SA-3.0).
"""

from __future__ import annotations

import gzip
import re
import string
import unicodedata
from pathlib import Path

import numpy as np
from prepare_prompts import NOTE, decoded

from augmint.audio.builtin import speak
from augmint.audio.recognition import normalise

RATE = 16_000
READ, HELD_OUT = 40_000, 64  # texts that are read to it, and texts that it is tried on
VOICES = ["en", "en-us", "en-us", "en-gb-scotland", "en-029"]
VARIANTS = ["", *(f"+f{number}" for number in range(1, 6)), *(f"+m{number}" for number in range(1, 9))]
REMARK = re.compile(r"\{[^{}]*\}|\[[^\[\]]*\]|\([^()]*\)|<[^<>]*>|/[^/|]+/")
FIGURES = "zero one two three four five six seven eight nine ten eleven twelve twenty thirty star pound"
SPELT = [*FIGURES.split(), *string.ascii_lowercase]

SOUNDS, DOCUMENTS = Path("/usr/share/asterisk/sounds"), Path("/usr/share/doc")
ANNOUNCERS = {"es": "es_MX_f_Allison", "fr": "fr_CA_f_June", "it": "it_IT_m_Carlo"}
SHORTEST, LONGEST = 0.4, 8.0  # seconds of a prompt
FASTEST = 22  # letters a second: more than that, and the transcript says more than the clip

Clips = tuple[list[np.ndarray], list[str]]


def english(path: Path) -> list[str]:
    """The word list's English texts of 2 to 12 plain words, each once, in its order."""
    found: dict[str, None] = {}
    for line in path.read_text(encoding="utf-8").split("\n"):
        for entry in REMARK.sub(" ", line.partition(" :: ")[2]).split("|"):
            text = " ".join(entry.split(";")[0].split()).lower().rstrip(".!?")
            if re.fullmatch(r"[a-z]+(?:'[a-z]+)?(?:,? [a-z]+(?:'[a-z]+)?){1,11}", text) and 10 <= len(text) <= 70:
                found[normalise(text)] = None
    return [text for text in found if not re.search(r"\b(?:sb|sth|smb|smth|esp|etc)\b", text)]


def chosen(path: Path, prompts: set[str]) -> tuple[list[str], list[str]]:
    """Texts to read, and texts to try it on. None has a prompt's words."""
    rng = np.random.default_rng(0)
    # Sentences are learnt from whole ones: the longer a text, the likelier it is taken.
    texts = [text for text in english(path) if text not in prompts]
    chances = np.array([len(text) for text in texts], float)
    drawn = rng.choice(len(texts), READ * 7 // 8 + HELD_OUT, replace=False, p=chances / chances.sum())
    texts = [texts[row] for row in drawn]
    counted = {" ".join(rng.choice(SPELT, rng.integers(2, 6))) for _ in range(READ // 8)} - prompts
    return texts[HELD_OUT:] + sorted(counted), texts[:HELD_OUT]


def said(text: str, number: int) -> np.ndarray:
    """Float samples of one text in a voice of its own, louder or softer, with some noise."""
    rng = np.random.default_rng([11, number])
    voice, speed = str(rng.choice(VOICES)) + str(rng.choice(VARIANTS)), int(rng.integers(130, 200))
    pitch, liveliness = int(rng.integers(25, 80)), int(rng.integers(30, 80))
    wave = speak(text, voice, sampling_rate=RATE, words_per_minute=speed, pitch=pitch, pitch_range=liveliness) / 32768
    wave = np.pad(wave, rng.integers(0, RATE // 5, 2))
    noise = np.abs(wave).max() * 10 ** -rng.uniform(1.5, 3.5)
    wave = wave * rng.uniform(0.3, 1.0) + rng.normal(0, noise, len(wave))
    return (wave / max(1.0, np.abs(wave).max())).astype(np.float32)


def missing() -> list[str]:
    """The packages with prompts in other languages that are not installed."""
    return [f"asterisk-core-sounds-{language}-g722" for language, folder in ANNOUNCERS.items()
            if not (SOUNDS / folder / "vm-goodbye.g722").is_file()]  # fmt: skip


def recorded() -> Clips:
    """Prompts in other languages with their transcripts, accents taken off the letters, shortest first."""
    found = []
    for language, folder in ANNOUNCERS.items():
        package = f"asterisk-core-sounds-{language}"
        lines = gzip.decompress((DOCUMENTS / package / f"core-sounds-{language}.txt.gz").read_bytes()).decode("utf-8-sig")
        for line in lines.splitlines():
            name, colon, text = line.partition(":")
            path, text = SOUNDS / folder / f"{name.strip()}.g722", plain(NOTE.sub(" ", text))
            if not colon or not path.is_file() or not re.fullmatch("[a-z' ]+", text):
                continue
            wave, rate = decoded(path)
            seconds = len(wave) / rate
            if SHORTEST <= seconds <= LONGEST and len(text) <= FASTEST * seconds:
                found.append((wave.astype(np.float32) / 32768, text))
    found.sort(key=lambda clip: len(clip[0]))
    return [wave for wave, _ in found], [text for _, text in found]


def plain(text: str) -> str:
    """Lower-case letters without accents, or signs that say that it is not known how the text is spoken."""
    if re.search(r"[\d#*/@?]", text):
        return "?"
    return normalise("".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)))
