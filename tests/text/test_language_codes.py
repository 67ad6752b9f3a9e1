"""Multilingual encoder-decoders: their language codes reach the decoder, survive the tag, and are checked before anything runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import sentencepiece
import torch
from datasets import Dataset
from transformers import (
    M2M100Config,
    M2M100ForConditionalGeneration,
    M2M100Tokenizer,
    MBart50Tokenizer,
    MBartConfig,
    MBartForConditionalGeneration,
    NllbTokenizer,
)
from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES

from augmint.core.errors import UserError
from augmint.core.interfaces import Splits, TaskSettings
from augmint.text.discriminators import PairDiscriminator
from augmint.text.discriminators.pair import PairScorer
from augmint.text.seq2seq import TAG, Seq2SeqModel, Seq2SeqSource
from augmint.text.seq2seq.round_trip import check_round_trip
from augmint.text.translation.task import Translation

sys.path.insert(0, str(Path(__file__).parent))
from tiny_models import pairs

CODES = {"m2m": ("de", "en"), "nllb": ("deu_Latn", "eng_Latn"), "mbart": ("de_DE", "en_XX")}
SIZES = {
    "d_model": 16,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 16,
    "decoder_ffn_dim": 16,
    "max_position_embeddings": 160,
    "decoder_start_token_id": 2,
}
FIRST = ["<s>", "<pad>", "</s>", "<unk>"]
SPARE = 8
"""Embeddings beyond the tokens, as facebook/m2m100_418M has them."""


def m2m_tokenizer(folder: Path) -> Any:
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(pairs(60)[1]), model_prefix=str(folder / "sp"), vocab_size=80, hard_vocab_limit=False, minloglevel=2
    )
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "sp.model"))
    vocabulary = {piece: place for place, piece in enumerate(FIRST)}
    for piece in map(pieces.id_to_piece, range(pieces.get_piece_size())):
        vocabulary.setdefault(piece, len(vocabulary))
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    tokens = [f"__{code}__" for code in FAIRSEQ_LANGUAGE_CODES["m2m100"]]
    return M2M100Tokenizer(str(folder / "vocab.json"), str(folder / "sp.model"), additional_special_tokens=tokens)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("multilingual")
    letters = ["\u2581", *(f"{start}{letter}" for start in ("", "\u2581") for letter in "abcdefghijklmnopqrstuvwxyz")]
    vocabulary = {piece: place for place, piece in enumerate([*FIRST, *letters])}
    scored = [(piece, -float(place)) for piece, place in vocabulary.items()]
    made = {
        "m2m": (m2m_tokenizer(root), M2M100Config, M2M100ForConditionalGeneration),
        "nllb": (NllbTokenizer(vocab=vocabulary, merges=[]), M2M100Config, M2M100ForConditionalGeneration),
        "mbart": (MBart50Tokenizer(vocab=scored), MBartConfig, MBartForConditionalGeneration),
    }
    for name, (tokenizer, config, network) in made.items():
        torch.manual_seed(0)
        size = max(tokenizer.get_vocab().values()) + 1 + SPARE
        network(config(vocab_size=size, **SIZES)).save_pretrained(root / name)
        tokenizer.save_pretrained(root / name)
    return {name: root / name for name in made}


def build(folder: Path, source: str | None, target: str | None) -> Seq2SeqModel:
    model = Seq2SeqModel.build(Seq2SeqSource(str(folder), src_lang=source, tgt_lang=target, max_length=32), (), 0)
    model.network.eval()
    return model


@pytest.mark.parametrize("name", CODES)
def test_what_is_read_written_and_begun_with_are_the_languages_own_tokens(name: str, folders: dict[str, Path]) -> None:
    model = build(folders[name], *CODES[name])
    read, written = (f"__{code}__" if name == "m2m" else code for code in CODES[name])
    first = model.tokenizer.convert_tokens_to_ids(written)
    assert first != model.tokenizer.unk_token_id
    assert model.network.generation_config.forced_bos_token_id == first
    assert model.encoded_labels(["a dog"])[0, 0] == first
    assert model.tokenizer.convert_tokens_to_ids(read) in model.encoded(["a dog"])["input_ids"][0]


@pytest.mark.parametrize("name", CODES)
def test_the_tag_leaves_the_codes_special_and_every_embedding_in_place(name: str, folders: dict[str, Path], tmp_path: Path) -> None:
    model = build(folders[name], *CODES[name])
    before = model.network.get_input_embeddings().weight.clone()
    model.add_tag(0)
    after = model.network.get_input_embeddings().weight
    assert torch.equal(after[: len(before)], before)
    tag = model.tokenizer.convert_tokens_to_ids(TAG)
    assert tag < len(after)
    assert model.texts(model.encoded_labels(["a dog"])) == ["a dog"], "codes are no text"
    model.save_pretrained(tmp_path / "kept")
    again = Seq2SeqModel.from_pretrained(tmp_path / "kept")
    assert again.tokenizer.convert_tokens_to_ids(TAG) == tag
    assert again.texts(again.encoded_labels(["a dog"])) == ["a dog"]


def test_a_judge_comes_back_with_its_languages(folders: dict[str, Path], tmp_path: Path) -> None:
    judge = PairDiscriminator([PairScorer(build(folders["mbart"], *CODES["mbart"]))]).eval()
    judge.save_pretrained(tmp_path)
    again = PairDiscriminator.from_pretrained(tmp_path)
    assert torch.allclose(again.probabilities(["a"], ["dog"]), judge.probabilities(["a"], ["dog"]), atol=1e-6)
    assert torch.equal(again.members[0].model.labels(["dog"]), judge.members[0].model.labels(["dog"]))  # type: ignore[union-attr]


WRONG: list[tuple[str, str | None, str | None, str]] = [
    ("m2m", "de", "eng", "Did you mean 'en'"),
    ("nllb", "deu_Latn", "en", "Did you mean 'eng_Latn'"),
    ("mbart", "de", "en_XX", "Did you mean 'de_DE'"),
    ("mbart", "de_DE", None, "several languages"),
    ("m2m", None, "en", "several languages"),
]


@pytest.mark.parametrize(("name", "source", "target", "words"), WRONG)
def test_a_code_that_is_missing_or_unknown_is_named_before_anything_runs(
    name: str, source: str | None, target: str | None, words: str, folders: dict[str, Path]
) -> None:
    rows = Dataset.from_dict(dict(zip(("source", "target"), pairs(8), strict=True)))
    given = {"name_or_path": str(folders[name]), "src_lang": source, "tgt_lang": target, "max_length": 32}
    for section in ("model", "generator"):
        task = Translation(Splits(rows, rows, rows), TaskSettings(columns={}, **{section: given}))
        with pytest.raises(UserError, match=words) as raised:
            task.check_settings()
        assert raised.value.where in (f"{section}.src_lang", f"{section}.tgt_lang")


def test_a_round_trip_takes_no_model_of_several_languages(folders: dict[str, Path]) -> None:
    with pytest.raises(UserError, match="several languages"):
        check_round_trip((str(folders["nllb"]), str(folders["nllb"])))


def test_a_code_is_refused_where_there_are_none(tmp_path: Path) -> None:
    from tiny_models import tiny

    tiny().save_pretrained(tmp_path)
    with pytest.raises(UserError, match="no language codes"):
        build(tmp_path, "de", None)
