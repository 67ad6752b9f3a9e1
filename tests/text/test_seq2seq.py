"""Encoder-decoders: built, fed, sampled from and kept."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom
from augmint.core.interfaces.strings import to_strings, to_tensors
from augmint.core.testing import check_generator
from augmint.text.generators import Seq2SeqGenerator
from augmint.text.generators.decodes import decoding_of
from augmint.text.seq2seq import Decoding, Seq2SeqModel, Seq2SeqSource, train_tokenizer, write_texts
from augmint.text.seq2seq.config import seq2seq_config

sys.path.insert(0, str(Path(__file__).parent))
from tiny_models import pairs, tiny

WARM = Decoding(temperature=1.0, top_p=0.95)


UNUSUAL = ["Grüße, 3 Äpfel!", "\u0627\u0644\u0633\u0644\u0627\u0645", "\u4f60\u597d\u4e16\u754c", "a \U0001f600 b",
           "tab\tand\nline"]


@pytest.mark.parametrize("text", UNUSUAL)
def test_any_unicode_text_comes_back_from_the_trained_tokenizer(text: str) -> None:
    tokenizer = train_tokenizer([*pairs(100)[0], *pairs(100)[1]], 400)
    assert tokenizer.decode(tokenizer(text).input_ids, skip_special_tokens=True).strip() == text


def test_the_same_texts_give_the_same_tokenizer() -> None:
    from augmint.text.models import tokenizer as room

    first = train_tokenizer(pairs(100)[0], 400)
    room._trained.cache_clear()
    assert train_tokenizer(pairs(100)[0], 400).get_vocab() == first.get_vocab()


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    weights = [tiny(seed).network.state_dict()["model.shared.weight"] for seed in (0, 0, 1)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_building_leaves_the_global_generator_alone() -> None:
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    tiny(5)
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize("decoding", [Decoding(), WARM, Decoding(num_beams=2)])
def test_a_row_is_written_alike_in_any_batch(decoding: Decoding) -> None:
    model, targets = tiny(), pairs(24)[1]
    whole = write_texts(model, targets, decoding, RowRandom(0, "t", rows=range(24)))
    alone = [write_texts(model, [targets[row]], decoding, RowRandom(0, "t", rows=[row]))[0] for row in (0, 7, 23)]
    assert [whole[row] for row in (0, 7, 23)] == alone


def test_draws_differ_between_rows_and_repeat_with_the_key() -> None:
    model, target = tiny(), pairs(1)[1][0]
    drawn = write_texts(model, [target] * 16, WARM, RowRandom(0, "t", rows=range(16)))
    assert len(set(drawn)) > 4
    assert drawn == write_texts(model, [target] * 16, WARM, RowRandom(0, "t", rows=range(16)))
    assert drawn != write_texts(model, [target] * 16, WARM, RowRandom(1, "t", rows=range(16)))


def test_draws_follow_the_models_probabilities() -> None:
    model, target, count = tiny(), pairs(1)[1][0], 4000
    model.source = Seq2SeqSource(max_length=8)
    inputs = model.inputs([target])
    start = torch.tensor([[model.network.generation_config.decoder_start_token_id]])
    with torch.no_grad():
        wanted = model.network(**inputs, decoder_input_ids=start).logits[0, 0].softmax(0).numpy()
    ids = []
    from augmint.text.seq2seq.decoding import KeyedDraws

    draws = KeyedDraws(RowRandom(0, "p", rows=range(count)).uniform(9), 1.0, 1.0)
    scores = draws(torch.zeros(count, 1, dtype=torch.int64), torch.from_numpy(wanted).log().expand(count, -1))
    ids = scores.argmax(1).numpy()
    seen = np.bincount(ids, minlength=len(wanted)) / count
    assert np.abs(seen - wanted).max() < 4 * np.sqrt(wanted.max() / count)


def test_a_colder_temperature_and_a_smaller_top_p_draw_likelier_tokens() -> None:
    from augmint.text.seq2seq.decoding import KeyedDraws

    scores = torch.randn(1, 50, generator=torch.Generator().manual_seed(0)).expand(2000, -1)
    uniform = RowRandom(0, "p", rows=range(2000)).uniform(2)
    kept = [torch.gather(scores.softmax(1), 1, KeyedDraws(uniform, heat, top_p)(uniform, scores).argmax(1, keepdim=True)).mean()
            for heat, top_p in ((1.0, 1.0), (0.5, 1.0), (1.0, 0.3))]
    assert kept[0] < kept[1]
    assert kept[0] < kept[2]


def test_a_kept_model_writes_the_same_and_loads_in_plain_transformers(tmp_path: Path) -> None:
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    model, texts = tiny(), pairs(6)[1]
    model.save_pretrained(tmp_path)
    assert write_texts(Seq2SeqModel.from_pretrained(tmp_path), texts, Decoding()) == write_texts(model, texts, Decoding())
    network, tokenizer = AutoModelForSeq2SeqLM.from_pretrained(tmp_path), AutoTokenizer.from_pretrained(tmp_path)
    ids = network.generate(**{k: v for k, v in tokenizer(texts[:1], return_tensors="pt").items() if k != "token_type_ids"},
                           max_new_tokens=5)
    assert ids.shape[0] == 1


def test_the_tag_is_one_token_of_its_own_and_moves_no_other_weight() -> None:
    model = tiny()
    before = model.network.state_dict()["model.shared.weight"].clone()
    model.add_tag(0)
    ids = model.encoded(["ein Wort", "ein Wort"], [True, False])["input_ids"]
    tag = model.tokenizer.convert_tokens_to_ids("<bt>")
    assert ids[0].tolist() == [tag, *ids[1].tolist()[:-1]], "the tag, and nothing else is changed"
    assert torch.equal(model.network.state_dict()["model.shared.weight"][: len(before)], before)


def test_text_that_looks_like_special_tokens_is_text() -> None:
    model, text = tiny(), "a </s> b <pad> c <bt> d <unk>"
    assert model.texts(model.encoded_labels([text])) == [text]
    special = {model.tokenizer.convert_tokens_to_ids(token) for token in ("<pad>", "<bt>")}
    assert not special & set(model.encoded([text])["input_ids"][0].tolist())
    assert model.encoded(["x", text])["attention_mask"][1].all()


def test_the_generator_conforms() -> None:
    points, lengths = to_tensors(pairs(12)[1])
    check_generator(Seq2SeqGenerator(tiny()), {"target": points, "target_length": lengths}, n=12, differentiable=False)


def test_targets_stay_as_people_wrote_them() -> None:
    targets = pairs(8)[1]
    points, lengths = to_tensors(targets)
    made = Seq2SeqGenerator(tiny()).sample(8, {"target": points, "target_length": lengths}, rng=RowRandom(0, "s", rows=range(8)))
    assert to_strings(made["target"], made["target_length"]) == targets
    assert set(made) == {"source", "source_length", "target", "target_length"}


def test_controls_are_named_or_refused() -> None:
    assert decoding_of("warm", num_beams=None, temperature=0.9) == Decoding(temperature=0.9, top_p=0.95)
    with pytest.raises(UserError, match="Did you mean 'cold'"):
        decoding_of("colt")
    points, lengths = to_tensors(["a"])
    with pytest.raises(UserError, match="tempreature"):
        Seq2SeqGenerator(tiny()).sample(1, {"target": points, "target_length": lengths}, rng=RowRandom(0, rows=[0]), tempreature=1)


@pytest.mark.parametrize(("values", "words"), [
    ({"scratch": {"model_type": "m2m_101"}}, "Did you mean 'm2m_100'"),
    ({"scratch": {"model_type": "m2m_100", "d_modle": 3}}, "Did you mean 'd_model'"),
    ({"scratch": {"model_type": "bert"}}, "cannot read one text and write another"),
    ({"scratch": {"d_model": 3}}, "no model_type"),
    ({"name_or_path": "no/such/folder/here"}, "cannot be loaded"),
    ({"max_length": 2}, "max_length"),
])
def test_a_wrong_model_section_says_what_is_wrong(values: dict[str, object], words: str) -> None:
    with pytest.raises(UserError, match=words):
        seq2seq_config(Seq2SeqSource.from_dict(values), {})
