"""Trains the small recogniser that the study starts from.

    apt-get install trans-de-en asterisk-core-sounds-{es,fr,it}-g722
    python examples/speech-recognition/warm_start.py --minutes 60

A synthesiser (eSpeak NG, some fifty voices) reads English sentences and phrases of the Ding word list, and sometimes figures and
letters one by one, never twice in the same voice; no text is a prompt's (`prepare_prompts.py` writes those). A third of every batch
are recorded prompts in Spanish, French and Italian, so that it hears people on telephone lines too. All of it passes augmint's ops.
Leaves data/ctc, which plain Transformers loads; a run that was stopped goes on where it was. Prints the character error rate of
synthetic speech that it has not heard, and of the study's validation prompts, by which nothing is chosen.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import torch
from warm_start_speech import RATE, Clips, chosen, missing, recorded, said

from augmint.audio import AudioPolicySpace
from augmint.audio.files import read_clip
from augmint.audio.policy import Stage
from augmint.audio.recognition import Recognizer, build_recognizer, error_rate, normalise
from augmint.core.interfaces import RowRandom

DATA = Path(__file__).parent / "data"
SENTENCES = Path("/usr/share/trans/de-en")
READ, RECORDED, WARM_UP, LEARNING_RATE = 22, 10, 100, 2e-3  # clips of a batch, steps, and the rate after these
SAVE_EVERY, TRY_EVERY, WINDOW = 50, 100, 16  # steps
CHANCES = {"speed": 0.4, "tempo": 0.3, "vtlp": 0.5, "room": 0.4, "noise": 0.4, "gain": 0.3, "channel": 0.3}
MASKS = (Stage({"frequency_drop": 1.0}, 0.8, (0.6, 0.6)), Stage({"time_drop": 1.0}, 0.3, (0.6, 0.6)))
CHANGES = AudioPolicySpace("speech-recognition", RATE).decode({"strength": 0.6, **CHANCES})
POLICY = replace(CHANGES, stages=(*CHANGES.stages, *MASKS))


def joined(clips: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    waves = [torch.from_numpy(clip) for clip in clips]
    return torch.nn.utils.rnn.pad_sequence(waves, batch_first=True), torch.tensor([len(wave) for wave in waves])


def batch(step: int, texts: list[str], prompts: Clips) -> tuple[torch.Tensor, torch.Tensor, list[str]]:
    """Clips of a step, augmented, with their lengths and transcripts."""
    rows, rng = drawn(step, texts), np.random.default_rng([9, step])
    waves, said_texts = [said(texts[row], step * READ + at) for at, row in enumerate(rows)], [texts[row] for row in rows]
    near = int(rng.integers(0, len(prompts[0]) - 4 * RECORDED))  # of alike length, so that little is padding
    for row in near + rng.choice(4 * RECORDED, RECORDED, replace=False):
        waves.append(prompts[0][row])
        said_texts.append(prompts[1][row])
    audio, lengths = joined(waves)
    found = POLICY({"audio": audio, "audio_length": lengths}, RowRandom(0, "warm start", step, rows=range(len(waves))))
    return found["audio"], found["audio_length"], said_texts


def drawn(step: int, texts: list[str]) -> np.ndarray:
    """The texts of a step: drawn for a window of steps at once and sorted by length, so that little is padding."""
    count = READ * WINDOW
    order = np.concatenate([np.random.default_rng([7, epoch]).permutation(len(texts)) for epoch in epochs(step, count, len(texts))])
    start = step // WINDOW * count - epochs(step, count, len(texts))[0] * len(texts)
    rows = order[start : start + count]
    rows = rows[np.argsort([len(texts[row]) for row in rows], kind="stable")].reshape(WINDOW, READ)
    return rows[np.random.default_rng([8, step // WINDOW]).permutation(WINDOW)[step % WINDOW]]


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


def train(model: Recognizer, texts: list[str], prompts: Clips, trial: dict[str, Clips], minutes: float, state: Path) -> None:
    network: Any = model.network
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.01)
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
        audio, lengths, wanted = batch(step, texts, prompts)
        loss = model.row_losses(model.inputs(audio, lengths, wanted)).mean()
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
    parser.add_argument("--minutes", type=float, default=60, help="of CPU time for training, all runs together")
    parser.add_argument("--source", type=Path, default=SENTENCES)
    parser.add_argument("--out", type=Path, default=DATA / "ctc")
    args = parser.parse_args()
    if not args.source.is_file():
        sys.exit(f"There is no word list {args.source}. Run: apt-get install trans-de-en (or give --source).")
    if missing():
        sys.exit(f"There are no prompts in other languages. Run: apt-get install {' '.join(missing())}")
    prompts = {normalise(text) for name in ("train", "validation", "test") for text in prompts_of(name)[1]}
    texts, held_out = chosen(args.source, prompts)
    print(f"{len(texts)} texts are read, {texts[0]!r} and {texts[-1]!r} among them")
    others = recorded()
    print(f"{len(others[0])} prompts in other languages, {sum(map(len, others[0])) / RATE / 60:.0f} minutes")
    synthetic = [said(text, 10_000_000 + row) for row, text in enumerate(held_out)]
    trial = {"unheard synthetic speech": (synthetic, held_out), "validation prompts": prompts_of("validation")}
    args.out.mkdir(parents=True, exist_ok=True)
    model, state = build_recognizer({}, texts, RATE, seed=0), args.out / "training.pt"
    torch.manual_seed(0)
    train(model, texts, others, trial, args.minutes, state)
    model.save_pretrained(args.out)


if __name__ == "__main__":
    main()
