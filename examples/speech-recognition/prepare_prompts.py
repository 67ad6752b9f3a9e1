"""Write the spoken prompts of a telephone exchange as parquet files: train, validation and test.

    apt-get install asterisk-core-sounds-en-g722 && pip install av
    python examples/speech-recognition/prepare_prompts.py
    python examples/speech-recognition/prepare_prompts.py --longest 4.5 --out examples/speech-recognition/data/short

One speaker says all of them. The clips are 16 kHz (G.722, which `av` decodes); with `--wav` they are taken from
asterisk-core-sounds-en-wav, at 8 kHz and without `av`. Left out are clips that are no words (beeps, silence), that are longer than
`--longest` seconds, and whose transcript does not say how it is spoken (numbers of several figures, addresses). Figures and keys
are spelt as they are said: 1 is "one", # is "pound". Prompts with the same words are never torn: all of them go to one file.

Source: Asterisk core sounds, recorded by Allison Smith, (c) Digium (CC-BY-SA-3.0).
"""

import argparse
import gzip
import io
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
from datasets import Dataset, disable_progress_bars

from augmint.audio.recognition import normalise

SIZES = {"train": 300, "validation": 50}  # test has the rest
LONGEST = 15.0  # seconds
SOUNDS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
TRANSCRIPTS = Path("/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz")
NOTE = re.compile(r"\[[^\]]*\]|\([^)]*\)|<[^>]*>")
SIGNS = "zero one two three four five six seven eight nine pound star"
SAID = dict(zip("0123456789#*", SIGNS.split(), strict=True))


class Prompt(NamedTuple):
    name: str
    text: str
    audio: bytes
    seconds: float


def spoken(text: str) -> str | None:
    """The transcript as it is said, or None where it does not tell."""
    text = NOTE.sub(" ", text)
    text = re.sub(r"(?<![\w.#*])[0-9#*](?![\w#*]|\.\d)", lambda sign: SAID[sign[0]], text)
    text = " ".join(re.sub(r"\.{2,}", " ", text).split()).lstrip(",. ")
    return None if re.search(r"[\d#*/@]|\w\.\w{2,}", text) or not normalise(text) else text


def transcripts(path: Path) -> Iterator[tuple[str, str]]:
    """Names of clips and what is written about them."""
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        name, colon, text = line.partition(":")
        if colon and not line.startswith(";"):
            yield name.strip(), text.strip()


def decoded(path: Path) -> tuple[np.ndarray, int]:
    """int16 samples of a G.722 file, which has 16 kHz."""
    import av

    with av.open(str(path), format="g722") as container:
        parts = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
    return np.concatenate(parts), 16_000


def clip(path: Path) -> tuple[bytes, float]:
    """The clip as a FLAC file, and its length in seconds."""
    samples, rate = decoded(path) if path.suffix == ".g722" else soundfile.read(path, dtype="int16")
    target = io.BytesIO()
    soundfile.write(target, samples, rate, format="FLAC", subtype="PCM_16")
    return target.getvalue(), len(samples) / rate


def prompts(suffix: str, dropped: Counter[str]) -> Iterator[Prompt]:
    for name, written in transcripts(TRANSCRIPTS):
        path, text = SOUNDS / f"{name}{suffix}", spoken(written)
        if not path.is_file():
            dropped["no clip"] += 1
        elif not normalise(NOTE.sub(" ", written)):
            dropped["no words"] += 1
        elif text is None:
            dropped["the transcript does not say how it is spoken"] += 1
        else:
            audio, seconds = clip(path)
            if seconds > LONGEST:
                dropped[f"longer than {LONGEST:g} s"] += 1
            else:
                yield Prompt(name, text, audio, seconds)


def split(found: list[Prompt]) -> dict[str, list[Prompt]]:
    """Prompts of the same words together, in a seeded order, each group into the first file that has room for it. The split comes
    before long clips are left out, so no prompt changes sides with `--longest`."""
    groups: dict[str, list[Prompt]] = {}
    for prompt in found:
        groups.setdefault(normalise(prompt.text), []).append(prompt)
    names = sorted(groups)
    files: dict[str, list[Prompt]] = {name: [] for name in (*SIZES, "test")}
    for place in np.random.default_rng(0).permutation(len(names)):
        group = groups[names[place]]
        room = (name for name, size in SIZES.items() if len(files[name]) + len(group) <= size)
        files[next(room, "test")].extend(group)
    return files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wav", action="store_true", help="the 8 kHz clips of asterisk-core-sounds-en-wav")
    parser.add_argument("--longest", type=float, default=LONGEST, help="seconds of a clip; the split is the same for all values")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data" / "prompts")
    args = parser.parse_args()
    disable_progress_bars()
    suffix = ".wav" if args.wav else ".g722"
    if not TRANSCRIPTS.is_file() or not (SOUNDS / f"hello{suffix}").is_file():
        sys.exit(f"There are no clips {SOUNDS}/*{suffix}. Run: apt-get install asterisk-core-sounds-en-{suffix[1:]}")
    if not args.wav:
        try:
            import av  # noqa: F401
        except ImportError:
            sys.exit("G.722 needs a decoder. Run: pip install av (or give --wav for clips of 8 kHz).")
    dropped: Counter[str] = Counter()
    files = split(list(prompts(suffix, dropped)))
    args.out.mkdir(parents=True, exist_ok=True)
    for name, every in files.items():
        rows = [row for row in every if row.seconds <= args.longest]
        audio = [{"bytes": row.audio, "path": f"{row.name.replace('/', '-')}.flac"} for row in rows]
        Dataset.from_dict({"audio": audio, "text": [row.text for row in rows]}).to_parquet(args.out / f"{name}.parquet")
        words = sum(len(normalise(row.text).split()) for row in rows)
        print(f"{len(rows):5} {name}, {sum(row.seconds for row in rows) / 60:.1f} minutes, {words:,} words")
    for reason, count in dropped.items():
        print(f"{count:5} dropped, {reason}")


if __name__ == "__main__":
    main()
