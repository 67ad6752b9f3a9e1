"""A pretrained Marian as the hub has them (`Helsinki-NLP/opus-mt-*`): a vocabulary of SentencePiece's for each side."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import sentencepiece
import torch
from transformers import MarianConfig, MarianMTModel, MarianTokenizer

from augmint.core.interfaces import RowRandom
from augmint.text.discriminators import PairDiscriminator
from augmint.text.discriminators.pair import PairScorer
from augmint.text.seq2seq import Decoding, Seq2SeqModel, Seq2SeqSource, write_texts
from augmint.text.training.rows import TextRows
from augmint.text.translation.plan import TranslationPlan
from augmint.text.translation.training import score, train

sys.path.insert(0, str(Path(__file__).parent))
from tiny_models import pairs

PAIRS = dict(zip(("source", "target"), pairs(60), strict=True))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    parts = tmp_path_factory.mktemp("marian")
    vocabulary = {"</s>": 0, "<unk>": 1}
    for side, texts in PAIRS.items():
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(texts), model_prefix=str(parts / side), vocab_size=120, hard_vocab_limit=False, minloglevel=2
        )
        pieces = sentencepiece.SentencePieceProcessor(model_file=str(parts / f"{side}.model"))
        for piece in map(pieces.id_to_piece, range(pieces.get_piece_size())):
            vocabulary.setdefault(piece, len(vocabulary))
    vocabulary["<pad>"] = len(vocabulary)
    (parts / "vocab.json").write_text(json.dumps(vocabulary))
    files = [str(parts / name) for name in ("source.model", "target.model", "vocab.json")]
    MarianTokenizer(*files, source_lang="de", target_lang="en").save_pretrained(parts / "model")
    sizes = {"d_model": 32, "encoder_ffn_dim": 32, "decoder_ffn_dim": 32, "encoder_layers": 1, "decoder_layers": 1}
    heads, pad = dict.fromkeys(("encoder_attention_heads", "decoder_attention_heads"), 2), vocabulary["<pad>"]
    ends = {"pad_token_id": pad, "decoder_start_token_id": pad, "eos_token_id": 0, "forced_eos_token_id": 0}
    torch.manual_seed(0)
    config = MarianConfig(vocab_size=len(vocabulary), max_position_embeddings=64, **sizes, **heads, **ends)
    MarianMTModel(config).save_pretrained(parts / "model")
    return parts / "model"


def test_it_is_fine_tuned_writes_judges_and_comes_back(folder: Path, tmp_path: Path) -> None:
    model, real = Seq2SeqModel.build(Seq2SeqSource(name_or_path=str(folder), max_length=48), (), seed=0), TextRows(PAIRS)
    before = score(model, real).loss
    train(model, TranslationPlan(real, batch_size=8, steps=20, seed=0), {"learning_rate": 1e-2}, pretrained=True, steps=20, seed=0)
    assert score(model, real).loss < before
    model.network.eval()
    target = real.texts["target"][0]
    assert model.texts(model.encoded_labels([target])) == [target], "targets are split by the vocabulary of their own side"
    written = write_texts(model, PAIRS["target"][:6], Decoding(num_beams=2), RowRandom(0, "t", rows=range(6)))
    assert len(written) == 6
    judge = PairDiscriminator([PairScorer(model)])
    assert judge.probabilities(*(PAIRS[side][:3] for side in PAIRS)).shape == (3,)
    model.save_pretrained(tmp_path)
    again = Seq2SeqModel.from_pretrained(tmp_path)
    again.network.eval()
    assert write_texts(again, PAIRS["target"][:6], Decoding(num_beams=2), RowRandom(0, "t", rows=range(6))) == written
