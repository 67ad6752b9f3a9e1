"""Sentences a second that a translation model writes: our batches of alike length beside one-by-one `generate`.

The model is a small one trained for some seconds on CLDR's pairs, so that what it writes ends as sentences do. Both sides write
the same targets with the same weights in one process on one thread, round after round; a figure is the median over rounds, and
how much faster we are is the median of the rounds' own ratios. "same" is the part of texts that both sides wrote alike; greedy
ones differ where the model loops up to its limit, which ours fills with an end mark.

    python benchmarks/text_generation_speed.py [--rounds 3] [--sentences 200]

Writes `text_generation_speed.{md,json}` beside this file, or below --report-dir.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from pathlib import Path
from typing import Any

import torch

from augmint.core.interfaces import RowRandom
from augmint.text.builtin import cldr
from augmint.text.seq2seq import Decoding, Seq2SeqModel, Seq2SeqSource, write_texts
from augmint.text.training.rows import TextRows
from augmint.text.translation.plan import TranslationPlan
from augmint.text.translation.training import train

MODEL = {
    "model_type": "m2m_100",
    "d_model": 96,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_ffn_dim": 192,
    "decoder_ffn_dim": 192,
    "dropout": 0.0,
    "vocab_size": 500,
}
WAYS = {
    "greedy": Decoding(),
    "drawn (temperature 0.7, top-p 0.95)": Decoding(temperature=0.7, top_p=0.95),
    "beam 4": Decoding(num_beams=4),
}


def trained() -> Seq2SeqModel:
    """English to German on 1,000 pairs: what a generator is to a German-English user."""
    rows = cldr("en", "de")["train"].select(range(1000))["translation"]
    texts = {"source": [row["de"] for row in rows], "target": [row["en"] for row in rows]}
    model = Seq2SeqModel.build(Seq2SeqSource(scratch=MODEL, max_length=64), [*texts["source"], *texts["target"]], 0)
    plan = TranslationPlan(TextRows(texts), batch_size=16, steps=300, seed=0, sides=("target", "source"))
    train(model, plan, {"learning_rate": 5e-3, "per_device_train_batch_size": 16}, pretrained=False, steps=300, seed=0)
    model.network.eval()
    return model


@torch.no_grad()
def one_by_one(model: Seq2SeqModel, texts: list[str], decoding: Decoding) -> list[str]:
    """What a plain loop over sentences does, with Transformers' own sampling where tokens are drawn."""
    written = []
    for text in texts:
        inputs = model.inputs([text])
        limit = min(64, int(1.5 * inputs["input_ids"].shape[1]) + 10)
        drawn: dict[str, Any] = {}
        if decoding.temperature is not None:
            drawn = {"do_sample": True, "temperature": decoding.temperature, "top_p": decoding.top_p}
        ids = model.network.generate(**inputs, num_beams=decoding.num_beams, max_new_tokens=limit, **drawn)
        written += model.texts(ids)
    return written


def same_words(entry: dict[str, Any]) -> str:
    return "" if entry["same"] is None else f"{entry['same']:.1%}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sentences", type=int, default=200)
    parser.add_argument("--report-dir", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    model = trained()
    texts = [row["en"] for row in cldr("en", "de")["test"].select(range(arguments.sentences))["translation"]]
    results: dict[str, Any] = {}
    for name, decoding in WAYS.items():
        ours, theirs = [], []
        for number in range(arguments.rounds):
            started = time.process_time()
            batched = write_texts(model, texts, decoding, RowRandom(number, "speed", rows=range(len(texts))))
            ours.append(time.process_time() - started)
            started = time.process_time()
            single = one_by_one(model, texts, decoding)
            theirs.append(time.process_time() - started)
        same = sum(a == b for a, b in zip(batched, single, strict=True)) / len(texts)
        results[name] = {
            "ours": len(texts) / statistics.median(ours),
            "one by one": len(texts) / statistics.median(theirs),
            "ratio": statistics.median(b / a for a, b in zip(ours, theirs, strict=True)),
            "same": same if decoding.temperature is None else None,
        }
    lines = [
        f"Sentences a second, {len(texts)} sentences of CLDR, one thread, median CPU time of {arguments.rounds} rounds "
        f"(load while measuring: {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores).",
        "",
        "| written | ours | one-by-one `generate` | ours is faster by | same texts |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {name} | {entry['ours']:,.0f} | {entry['one by one']:,.0f} | {entry['ratio']:.1f} | {same_words(entry)} |"
        for name, entry in results.items()
    ]
    text = "\n".join([*lines, "", "Command: `python benchmarks/text_generation_speed.py`.", ""])
    print(text)
    arguments.report_dir.mkdir(parents=True, exist_ok=True)
    (arguments.report_dir / "text_generation_speed.md").write_text(text)
    (arguments.report_dir / "text_generation_speed.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
