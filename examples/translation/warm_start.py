"""Trains the small German-English models that the study starts from, on the word list's phrases (`prepare_ding.py` writes them).

No sentence of the study is among the phrases. Leaves data/ding/de-en and data/ding/en-de, which plain Transformers loads.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import pyarrow.parquet as pq
import torch

from augmint.text.seq2seq import Seq2SeqModel, Seq2SeqSource
from augmint.text.training.rows import TextRows
from augmint.text.translation.plan import TranslationPlan
from augmint.text.translation.training import train

DATA = Path(__file__).parent / "data" / "ding"
MODEL = {"model_type": "m2m_100", "d_model": 192, "encoder_layers": 2, "decoder_layers": 2, "encoder_ffn_dim": 768,
         "decoder_ffn_dim": 768, "vocab_size": 5000}
BATCH = 128


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("direction", choices=("de-en", "en-de"))
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--data", type=Path, default=DATA)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    read, written = arguments.direction.split("-")
    phrases = pq.read_table(arguments.data / "phrases.parquet").to_pydict()
    rows = TextRows({"source": phrases[read], "target": phrases[written]})
    # One tokenizer for both directions, whichever is trained first.
    texts = [text for side in ("de", "en") for text in phrases[side]]
    model = Seq2SeqModel.build(Seq2SeqSource(scratch=MODEL, max_length=64), texts, seed=0)
    plan = TranslationPlan(rows, batch_size=BATCH, steps=arguments.steps, seed=0)
    started = time.perf_counter()
    finetune = {"learning_rate": 2e-3, "per_device_train_batch_size": BATCH}
    train(model, plan, finetune, pretrained=False, steps=arguments.steps, seed=0)
    model.save_pretrained(arguments.data / arguments.direction)
    print(f"{arguments.direction}: {arguments.steps:,} steps of {BATCH} phrases in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
