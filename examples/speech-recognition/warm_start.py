"""Trains the small recogniser that the study starts from, on synthetic speech.

    apt-get install trans-de-en
    python examples/speech-recognition/warm_start.py --minutes 30

A synthesiser (eSpeak NG, some fifty voices) reads English sentences and phrases of the Ding word list, and sometimes figures and
letters one by one; no text is a prompt's (`prepare_prompts.py` writes those). Leaves data/ctc, which plain Transformers loads; a
run that was stopped goes on where it was. Prints the character error rate of synthetic speech that it has not heard, and of the
study's validation prompts, by which nothing is chosen.

Source of the sentences: Frank Richter, TU Chemnitz, https://dict.tu-chemnitz.de (GPL, version 2 or later).
"""

from __future__ import annotations

import argparse
import math
import re
import string
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import torch

from augmint.audio.builtin import speak
from augmint.audio.files import read_clip
from augmint.audio.recognition import Recognizer, build_recognizer, error_rate, normalise

DATA = Path(__file__).parent / "data"
SENTENCES = Path("/usr/share/trans/de-en")
RATE, BATCH, WARM_UP, LEARNING_RATE = 16_000, 32, 100, 2e-3
READ, HELD_OUT = 8_000, 64  # texts that are read to it, and texts that it is tried on
SAVE_EVERY, TRY_EVERY, WINDOW = 50, 100, 16  # steps
LANGUAGES = ["en", "en-us", "en-us", "en-gb-scotland", "en-029"]
VARIANTS = ["", *(f"+f{number}" for number in range(1, 6)), *(f"+m{number}" for number in range(1, 9))]
NOTE = re.compile(r"\{[^{}]*\}|\[[^\[\]]*\]|\([^()]*\)|<[^<>]*>|/[^/|]+/")
FIGURES = "zero one two three four five six seven eight nine ten eleven twelve twenty thirty star pound"
SPELT = [*FIGURES.split(), *string.ascii_lowercase]


Clips = tuple[list[np.ndarray], list[str]]


def english(path: Path) -> list[str]:
    """The word list's English texts of 2 to 12 plain words, each once, in its order."""
    found: dict[str, None] = {}
    for line in path.read_text(encoding="utf-8").split("\n"):
        for entry in NOTE.sub(" ", line.partition(" :: ")[2]).split("|"):
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
    voice, speed = str(rng.choice(LANGUAGES)) + str(rng.choice(VARIANTS)), int(rng.integers(130, 200))
    pitch, liveliness = int(rng.integers(25, 80)), int(rng.integers(30, 80))
    wave = speak(text, voice, sampling_rate=RATE, words_per_minute=speed, pitch=pitch, pitch_range=liveliness) / 32768
    wave = np.pad(wave, rng.integers(0, RATE // 5, 2))
    noise = np.abs(wave).max() * 10 ** -rng.uniform(1.5, 3.5)
    wave = wave * rng.uniform(0.3, 1.0) + rng.normal(0, noise, len(wave))
    return (wave / max(1.0, np.abs(wave).max())).astype(np.float32)


def joined(clips: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    waves = [torch.from_numpy(clip) for clip in clips]
    return torch.nn.utils.rnn.pad_sequence(waves, batch_first=True), torch.tensor([len(wave) for wave in waves])


def batch(step: int, texts: list[str]) -> np.ndarray:
    """The texts of a step: drawn for a window of steps at once and sorted by length, so that little is padding."""
    count = BATCH * WINDOW
    order = np.concatenate([np.random.default_rng([7, epoch]).permutation(len(texts)) for epoch in epochs(step, count, len(texts))])
    start = step // WINDOW * count - epochs(step, count, len(texts))[0] * len(texts)
    drawn = order[start : start + count]
    drawn = drawn[np.argsort([len(texts[row]) for row in drawn], kind="stable")].reshape(WINDOW, BATCH)
    return drawn[np.random.default_rng([8, step // WINDOW]).permutation(WINDOW)[step % WINDOW]]


def epochs(step: int, count: int, rows: int) -> range:
    """The rounds through all texts that a window touches."""
    first = step // WINDOW * count
    return range(first // rows, (first + count - 1) // rows + 1)


def prompts_of(name: str) -> Clips:
    """Clips and texts of one of the study's files."""
    path = DATA / "prompts" / f"{name}.parquet"
    if not path.is_file():
        sys.exit(f"There is no file {path}. Run: python {Path(__file__).parent / 'prepare_prompts.py'}")
    table = pq.read_table(path).to_pydict()
    clips = [read_clip(cell, RATE).astype(np.float32) / 32768 for cell in table["audio"]] if name == "validation" else []
    return clips, table["text"]


def errors(model: Recognizer, trial: dict[str, Clips]) -> str:
    rates = {
        name: error_rate(model.transcribe(*joined(clips)), texts, characters=True)[0] for name, (clips, texts) in trial.items()
    }
    return "characters wrong: " + ", ".join(f"{rate:.1f} % of {name}" for name, rate in rates.items())


def train(model: Recognizer, texts: list[str], trial: dict[str, Clips], minutes: float, state: Path) -> None:
    network: Any = model.network
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.01)
    clips: dict[int, np.ndarray] = {}
    step, spent, losses = 0, 0.0, []
    if state.is_file():
        kept = torch.load(state, weights_only=True)
        step, spent = kept["step"], kept["spent"]
        torch.set_rng_state(kept["rng"])
        network.load_state_dict(kept["network"])
        optimizer.load_state_dict(kept["optimizer"])
    network.train()
    while spent < 60 * minutes:
        started = time.process_time()
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * min(1.0, (step + 1) / WARM_UP) * 0.5 * (1 + math.cos(math.pi * spent / (60 * minutes)))
        rows = batch(step, texts).tolist()
        for row in rows:
            if row not in clips:
                clips[row] = said(texts[row], row)
        audio, lengths = joined([clips[row] for row in rows])
        loss = model.row_losses(model.inputs(audio, lengths, [texts[row] for row in rows])).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        step, spent = step + 1, spent + time.process_time() - started
        if step % TRY_EVERY == 0:
            mean = np.mean(losses[-TRY_EVERY:])
            print(f"step {step}, {spent / 60:.1f} min, loss {mean:.3f}; {errors(model, trial)}", flush=True)
        if step % SAVE_EVERY == 0:
            parts = {"network": network.state_dict(), "optimizer": optimizer.state_dict()}
            torch.save({"step": step, "spent": spent, "rng": torch.get_rng_state(), **parts}, state.with_suffix(".tmp"))
            state.with_suffix(".tmp").replace(state)
    print(f"step {step}, {spent / 60:.1f} min; {errors(model, trial)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30, help="of CPU time for training, all runs together")
    parser.add_argument("--source", type=Path, default=SENTENCES)
    parser.add_argument("--out", type=Path, default=DATA / "ctc")
    args = parser.parse_args()
    if not args.source.is_file():
        sys.exit(f"There is no word list {args.source}. Run: apt-get install trans-de-en (or give --source).")
    prompts = {normalise(text) for name in ("train", "validation", "test") for text in prompts_of(name)[1]}
    texts, held_out = chosen(args.source, prompts)
    print(f"{len(texts)} texts are read, {texts[0]!r} and {texts[-1]!r} among them")
    synthetic = [said(text, READ + row) for row, text in enumerate(held_out)]
    trial = {"unheard synthetic speech": (synthetic, held_out), "validation prompts": prompts_of("validation")}
    args.out.mkdir(parents=True, exist_ok=True)
    model, state = build_recognizer({}, texts, RATE, seed=0), args.out / "training.pt"
    torch.manual_seed(0)
    train(model, texts, trial, args.minutes, state)
    model.save_pretrained(args.out)


if __name__ == "__main__":
    main()
