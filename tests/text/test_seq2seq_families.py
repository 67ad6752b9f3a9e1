"""Encoder-decoders of every family can be made from a scratch config, taught, written with, judged by and kept."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from augmint.core.interfaces import RowRandom
from augmint.text.discriminators import PairDiscriminator
from augmint.text.discriminators.pair import PairScorer
from augmint.text.seq2seq import Decoding, Seq2SeqModel, Seq2SeqSource, write_texts
from augmint.text.training.rows import TextRows
from augmint.text.translation.plan import TranslationPlan
from augmint.text.translation.training import score, train

sys.path.insert(0, str(Path(__file__).parent))
from tiny_models import pairs

SIZES = {
    "d_model": 32,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 64,
    "decoder_ffn_dim": 64,
    "vocab_size": 400,
    "max_position_embeddings": 128,
}
FAMILIES: dict[str, dict[str, Any]] = {
    "marian": {"model_type": "marian", **SIZES},
    "bart": {"model_type": "bart", **SIZES},
    "mbart": {"model_type": "mbart", **SIZES},
    "m2m_100": {"model_type": "m2m_100", **SIZES},
    "t5": {"model_type": "t5", "d_model": 32, "d_kv": 16, "num_heads": 2, "num_layers": 1, "d_ff": 64, "vocab_size": 400},
}


def rows(count: int) -> TextRows:
    return TextRows(dict(zip(("source", "target"), pairs(count), strict=True)))


def build(family: str, **changes: Any) -> Seq2SeqModel:
    texts = [*rows(40).texts["source"], *rows(40).texts["target"]]
    model = Seq2SeqModel.build(Seq2SeqSource(scratch=FAMILIES[family], max_length=32, **changes), texts, seed=0)
    model.network.eval()
    return model


@pytest.mark.parametrize("family", FAMILIES)
def test_a_scratch_model_learns_writes_judges_and_comes_back(family: str, tmp_path: Path) -> None:
    model, real = build(family), rows(40)
    before = score(model, real).loss
    plan = TranslationPlan(real, batch_size=8, steps=20, seed=0)
    train(model, plan, {"learning_rate": 1e-2}, pretrained=False, steps=20, seed=0)
    model.network.eval()
    after = score(model, real).loss
    assert after is not None
    assert before is not None
    assert after < before - 0.3
    draws = Decoding(temperature=0.8)
    sources = real.texts["source"][:9]
    written = write_texts(model, sources, draws, RowRandom(0, rows=range(9)))
    assert write_texts(model, sources[4:5], draws, RowRandom(0, rows=[4])) == written[4:5]
    assert write_texts(model, sources, Decoding(num_beams=2)) != []
    model.save_pretrained(tmp_path / "m")
    kept = Seq2SeqModel.from_pretrained(tmp_path / "m")
    kept.network.eval()
    assert write_texts(kept, sources, draws, RowRandom(0, rows=range(9))) == written
    judge = PairDiscriminator([PairScorer(model)]).eval()
    assert judge.probabilities(sources, real.texts["target"][:9]).shape == (9,)
    judge.save_pretrained(tmp_path / "d")
    again = PairDiscriminator.from_pretrained(tmp_path / "d")
    said = [one.probabilities(sources, real.texts["target"][:9]) for one in (judge, again)]
    assert torch.allclose(said[0], said[1], atol=1e-5)


def test_bfloat16_is_used_where_asked_and_writes_nearly_the_same() -> None:
    model, real = build("m2m_100"), rows(40)
    train(model, TranslationPlan(real, batch_size=8, steps=60, seed=0), {"learning_rate": 1e-2}, pretrained=False, steps=60, seed=0)
    model.network.eval()
    seen: list[torch.dtype] = []
    model.network.lm_head.register_forward_hook(lambda *call: seen.append(call[2].dtype))
    plain = write_texts(model, real.texts["source"], Decoding())
    assert set(seen) == {torch.float32}
    seen.clear()
    short = write_texts(replace(model, source=replace(model.source, bf16=True)), real.texts["source"], Decoding())
    assert set(seen) == {torch.bfloat16}
    assert sum(a == b for a, b in zip(plain, short, strict=True)) > 20
