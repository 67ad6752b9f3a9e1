"""A masked language model says which words fit, and only whole words at free places are put in."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast, RobertaConfig, RobertaForMaskedLM

from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom, Splits, TaskSettings
from augmint.core.pipeline.recipe import load_recipe
from augmint.text import TextClassification, Translation
from augmint.text.builtin import cldr
from augmint.text.models.masked import load_masked_lm
from augmint.text.ops import Setting
from augmint.text.policy import TextPolicy
from augmint.text.policy.stage import Stage

sys.path.insert(0, str(Path(__file__).parent))
from labelled_texts import labelled
from real_texts import PLAIN, augmented, batch_of, pairs, strings
from tiny_masked import masked_lm, word_pieces
from tiny_models import tiny

FRUIT, WHEELS = ("apples", "pears", "plums"), ("trucks", "bikes", "vans")
SENTENCES = [f"ripe {word} taste sweet" for word in FRUIT] + [f"new {word} drive fast" for word in WHEELS]


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model that has learnt what tastes sweet and what drives fast."""
    folder, tokenizer = str(tmp_path_factory.mktemp("taught")), word_pieces(SENTENCES, 120)
    torch.manual_seed(0)
    network = BertForMaskedLM(BertConfig(vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
                                         intermediate_size=64, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0))
    ids = tokenizer(SENTENCES, return_tensors="pt")["input_ids"]
    hidden = ids.clone()
    hidden[:, 2] = tokenizer.mask_token_id
    optimizer = torch.optim.AdamW(network.parameters(), 5e-3)
    for _ in range(60):
        network(hidden, labels=ids.where(hidden != ids, -100)).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_the_context_says_which_words_fit_and_the_word_itself_is_none_of_them(taught: str) -> None:
    model = load_masked_lm(taught)
    for text, others in (("ripe apples taste sweet", {"pears", "plums"}), ("new bikes drive fast", {"trucks", "vans"})):
        place = (text.index(" ") + 1, text.index(" ", 6))
        (words, chances), = model.substitutes(text, [place])
        assert set(words[:2]) == others
        assert text[slice(*place)] not in words
        assert chances.sum() == pytest.approx(1)
        assert chances[:2].sum() > 0.9


def test_words_are_drawn_by_their_probability_and_written_as_the_word_is(taught: str) -> None:
    setting = Setting(masked_lm=taught)
    drawn = strings(augmented("masked_word", batch_of(["ripe Apples, 12 euros"] * 200), 0.4, setting=setting))
    placed = [text.split(",")[0].split()[1] for text in drawn]
    assert all(text.endswith(", 12 euros") or "12" in text for text in drawn)
    assert placed.count("Pears") > 10
    assert placed.count("Plums") > 10
    assert placed.count("Apples") > 90
    assert not {"pears", "plums"} & set(placed)


def test_byte_level_pieces_within_words_are_never_put_in(tmp_path: Path) -> None:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<pad>", "<mask>", "<unk>"]
    tokenizer.train_from_iterator(PLAIN, trainers.BpeTrainer(vocab_size=600, special_tokens=special, show_progress=False,
                                                             initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", mask_token="<mask>", unk_token="<unk>")
    fast.save_pretrained(tmp_path)
    torch.manual_seed(0)
    RobertaForMaskedLM(RobertaConfig(vocab_size=len(fast), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
                                     intermediate_size=32, initializer_range=0.5)).save_pretrained(tmp_path)
    begin = {token[1:] for token in fast.get_vocab() if token.startswith("\u0120")}
    model = load_masked_lm(str(tmp_path))
    assert model.longest == 510
    assert len(model.words) > 20
    assert {word for word in model.words if word.isascii()} <= begin
    after = strings(augmented("masked_word", batch_of([PLAIN[0]] * 20), 0.5, setting=Setting(masked_lm=str(tmp_path))))
    assert len(set(after)) > 15


def test_what_the_model_does_not_read_stays_and_so_does_a_text_that_holds_its_mask(taught: str) -> None:
    folder = masked_lm(tuple(PLAIN))
    long = " ".join(["lamp"] * 300)
    after, = strings(augmented("masked_word", batch_of([long]), 1.0, setting=Setting(masked_lm=folder)))
    changed = [place for place, word in enumerate(after.split()) if word != "lamp"]
    assert 0 < len(changed) < 64
    assert max(changed) < 64
    text = "ripe [MASK] taste sweet"
    assert strings(augmented("masked_word", batch_of([text]), 1.0, setting=Setting(masked_lm=taught))) == [text]


def test_a_policy_names_its_model_and_keeps_targets(taught: str) -> None:
    policy = TextPolicy((Stage({"masked_word": 1}, 1.0, (1.0, 1.0)),), masked_lm=taught)
    again = TextPolicy.from_dict(policy.to_dict())
    assert again == policy
    out = again(pairs(SENTENCES[:1], ["reife Äpfel schmecken süß"]), RowRandom(0, "t", rows=[0]))
    assert strings(out, "source") != SENTENCES[:1]
    assert strings(out, "target") == ["reife Äpfel schmecken süß"]
    with pytest.raises(UserError, match="has no model"):
        augmented("masked_word", batch_of(SENTENCES), 1.0, setting=Setting())


def test_tasks_search_it_only_where_the_recipe_names_a_model(taught: str) -> None:
    train, translated = labelled(4), cldr("en", "de")["train"].select(range(8))
    for kind, rows in ((TextClassification, train), (Translation, translated)):
        columns = {"source": "de", "target": "en"} if kind is Translation else {}
        task = kind(Splits(rows, rows), TaskSettings(policy={"masked_lm": taught}, columns=columns))
        at = {**task.space.starts()["identity"], "masked_word": 0.5, "masked_word_magnitude": 0.2}
        assert task.space.decode(at).masked_lm == taught
        assert task.space.decode(task.space.starts()["identity"]).masked_lm == ""
        plain = kind(Splits(rows, rows), TaskSettings(columns=columns))
        assert "masked_word" not in {dimension.name for dimension in plain.space.dimensions}


def test_a_model_of_another_kind_or_none_is_refused_before_training(tmp_path: Path) -> None:
    tiny().save_pretrained(tmp_path / "seq2seq")
    rows = labelled(4)
    for name, said in (("seq2seq", "m2m_100 model cannot say which word"), ("none", "cannot be loaded")):
        with pytest.raises(UserError, match=said) as error:
            TextClassification(Splits(rows, rows), TaskSettings(policy={"masked_lm": str(tmp_path / name)})).check_settings()
        assert str(error.value.where).startswith("policy.masked_lm")


def test_a_recipe_finds_the_model_beside_it(tmp_path: Path, taught: str) -> None:
    (tmp_path / "model").symlink_to(taught)
    (tmp_path / "r.yaml").write_text("task: translation\ndata: {path: pairs.csv}\npolicy: {masked_lm: model}\n")
    assert load_recipe(tmp_path / "r.yaml").policy == {"masked_lm": str(tmp_path / "model")}
