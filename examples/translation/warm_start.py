"""Trains the small German-English models that the study starts from, on the word list's phrases (`prepare_ding.py` writes them).

    python examples/translation/warm_start.py de-en
    python examples/translation/warm_start.py en-de

No sentence of the study is among the phrases. Leaves data/ding/de-en and data/ding/en-de, which plain Transformers loads; a run
that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import math
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import torch
from aligned_embeddings import aligned_embeddings
from muon import Muon
from torch.nn import functional as F
from tqdm import tqdm

from augmint.text.seq2seq import Seq2SeqModel, Seq2SeqSource

DATA = Path(__file__).parent / "data" / "ding"
WIDTH = 128
MODEL = {"model_type": "m2m_100", "d_model": WIDTH, "encoder_layers": 2, "decoder_layers": 2, "encoder_ffn_dim": 4 * WIDTH,
         "decoder_ffn_dim": 4 * WIDTH, "vocab_size": 4000}
BATCH, WINDOW, WARM_UP = 64, 32, 100
LEARNING_RATES = (0.02, 3e-3)
"""Of the matrices inside the layers (Muon), and of embeddings, biases and norms (AdamW)."""
SAVE_EVERY = 250


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def useful(phrases: dict[str, list[str]], sentences: list[str]) -> list[int]:
    """Rows of phrases whose English is made of words that the study's English training sentences have, a third of them missing at
    most: of the list's names of animals, parts and materials one small model would learn nothing else."""
    known = Counter(word for text in sentences for word in words(text))
    kept = []
    for row, (german, english) in enumerate(zip(phrases["de"], phrases["en"], strict=True)):
        missing, count = sum(not known[word] for word in words(english)), len(words(english))
        if count and missing <= count / 3 and (len(words(german)) > 1 or not missing):
            kept.append(row)
    return kept


def loss_of(model: Seq2SeqModel, read: list[str], written: list[str]) -> torch.Tensor:
    labels = model.labels(written)
    logits = model.forward(model.inputs(read), labels).logits
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100, label_smoothing=0.1)


def batch(step: int, lengths: np.ndarray, chances: np.ndarray) -> np.ndarray:
    """The rows of a step: drawn for a window of steps at once and sorted by length, so that little is padding."""
    rng = np.random.default_rng([7, step // WINDOW])
    drawn = rng.choice(len(lengths), BATCH * WINDOW, p=chances)
    drawn = drawn[np.argsort(lengths[drawn], kind="stable")].reshape(WINDOW, BATCH)
    return drawn[rng.permutation(WINDOW)[step % WINDOW]]


def train(model: Seq2SeqModel, read: list[str], written: list[str], steps: int, state: Path) -> None:
    lengths = np.array([len(one) + len(other) for one, other in zip(read, written, strict=True)])
    # A dictionary has more words than phrases, and sentences are learnt from phrases: the longer, the oftener.
    chances = np.array([min(len(words(one)), 6) for one in read], float).clip(1)
    chances /= chances.sum()
    network: Any = model.network
    inner = [weight for name, weight in network.named_parameters() if weight.ndim == 2 and ".layers." in name]
    chosen = {id(weight) for weight in inner}
    rest = [weight for weight in network.parameters() if id(weight) not in chosen]
    optimizers = [Muon(inner, lr=LEARNING_RATES[0]), torch.optim.AdamW(rest, lr=LEARNING_RATES[1], betas=(0.9, 0.98))]
    first = 0
    if state.is_file():
        kept = torch.load(state, weights_only=True)
        first = kept["step"]
        torch.set_rng_state(kept["rng"])
        for part, values in zip((network, *optimizers), kept["parts"], strict=True):
            part.load_state_dict(values)
    network.train()
    losses = []
    bar = tqdm(range(first, steps), initial=first, total=steps, mininterval=10)
    for step in bar:
        factor = min(1.0, (step + 1) / WARM_UP) * 0.5 * (1 + math.cos(math.pi * step / steps))
        for optimizer, rate in zip(optimizers, LEARNING_RATES, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
        rows = batch(step, lengths, chances)
        loss = loss_of(model, [read[row] for row in rows], [written[row] for row in rows])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        losses.append(loss.item())
        bar.set_postfix_str(f"loss {np.mean(losses[-200:]):.3f}", refresh=False)
        if (step + 1) % SAVE_EVERY == 0:
            parts = [part.state_dict() for part in (network, *optimizers)]
            torch.save({"step": step + 1, "rng": torch.get_rng_state(), "parts": parts}, state.with_suffix(".tmp"))
            state.with_suffix(".tmp").replace(state)
    network.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("direction", choices=("de-en", "en-de"))
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--data", type=Path, default=DATA)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    started = time.perf_counter()
    table = {name: pq.read_table(arguments.data / f"{name}.parquet").to_pydict() for name in ("phrases", "train", "monolingual")}
    kept = useful(table["phrases"], table["train"]["en"] + table["monolingual"]["en"])
    sides = {side: [table["phrases"][side][row] for row in kept] for side in ("de", "en")}
    texts = [text for side in ("de", "en") for text in sides[side]]  # one tokenizer for both directions
    model = Seq2SeqModel.build(Seq2SeqSource(scratch=MODEL, max_length=64), texts, seed=0)
    with torch.no_grad():
        embeddings = model.network.get_input_embeddings().weight  # type: ignore[operator]
        aligned = aligned_embeddings(model.tokenizer, sides["de"], sides["en"], WIDTH)
        found = torch.from_numpy(np.linalg.norm(aligned, axis=1) > 0)
        embeddings[found] = torch.from_numpy(aligned).to(embeddings)[found]
    state = arguments.data / f"{arguments.direction}.pt"
    train(model, *(sides[side] for side in arguments.direction.split("-")), arguments.steps, state)
    model.save_pretrained(arguments.data / arguments.direction)
    state.unlink(missing_ok=True)
    seconds = time.perf_counter() - started
    print(f"{arguments.direction}: {arguments.steps:,} steps of {BATCH} of {len(kept):,} phrases, {seconds:.0f} s")


if __name__ == "__main__":
    main()
