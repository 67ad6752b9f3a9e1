"""Models of a few thousand weights, and pairs to feed them."""

from __future__ import annotations

from augmint.text.builtin import cldr
from augmint.text.seq2seq import Seq2SeqModel, Seq2SeqSource

SCRATCH = {
    "model_type": "m2m_100", "d_model": 32, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2,
    "decoder_attention_heads": 2, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "vocab_size": 500,
}


def pairs(count: int) -> tuple[list[str], list[str]]:
    """German sources and English targets."""
    rows = cldr("en", "de")["train"].select(range(count))["translation"]
    return [row["de"] for row in rows], [row["en"] for row in rows]


def tiny(seed: int = 0, **changes: object) -> Seq2SeqModel:
    """A fresh model with a tokenizer of both sides."""
    sources, targets = pairs(200)
    model = Seq2SeqModel.build(Seq2SeqSource(scratch={**SCRATCH, **changes}, max_length=32), [*sources, *targets], seed)
    model.network.eval()
    return model
