"""Sentences come back from another language in other words, the same ones in every batch, and keep what must be kept."""

import sqlite3
import sys
from pathlib import Path

import pytest
import torch
from transformers import M2M100Config, M2M100ForConditionalGeneration

from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom, Splits, TaskSettings
from augmint.core.pipeline.recipe import load_recipe
from augmint.core.testing import check_op
from augmint.text import TextClassification
from augmint.text.ops import Setting, get_op
from augmint.text.ops.round_trip import sentences
from augmint.text.policy import TextPolicy
from augmint.text.policy.stage import Stage
from augmint.text.seq2seq import round_trip, train_tokenizer
from augmint.text.seq2seq.round_trip import VERSIONS, load_round_trip

sys.path.insert(0, str(Path(__file__).parent))
from labelled_texts import labelled
from real_texts import augmented, batch_of, strings
from tiny_masked import masked_lm

THERE = [("The film is great.", "Der Film ist toll."), ("It rains in 5 towns.", "Es regnet in 5 Orten."),
         ("I paid 30 euros.", "Ich zahlte Geld.")]
BACK = [("Der Film ist toll.", "This movie is superb."), ("Der Film ist toll.", "The picture is wonderful."),
        ("Es regnet in 5 Orten.", "Rain falls in 5 towns."), ("Ich zahlte Geld.", "I paid 40 euros.")]


def taught(folder: Path, pairs: list[tuple[str, str]]) -> str:
    """A model that has learnt these pairs by heart."""
    tokenizer = train_tokenizer([text for pair in THERE + BACK for text in pair], 400)
    torch.manual_seed(0)
    network = M2M100ForConditionalGeneration(M2M100Config(
        vocab_size=len(tokenizer), d_model=32, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=160, dropout=0.0,
        attention_dropout=0.0, encoder_layerdrop=0.0, decoder_layerdrop=0.0,
        pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id, bos_token_id=None,
        decoder_start_token_id=tokenizer.pad_token_id, init_std=0.15))
    inputs = tokenizer([one for one, _ in pairs], padding=True, return_tensors="pt")
    labels = tokenizer([two for _, two in pairs], padding=True, return_tensors="pt")["input_ids"]
    read = torch.cat([torch.full_like(labels[:, :1], tokenizer.pad_token_id), labels[:, :-1]], 1)
    labels = labels.where(labels != tokenizer.pad_token_id, -100)
    optimizer = torch.optim.AdamW(network.parameters(), 1e-2)
    for _ in range(150):
        logits = network(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], decoder_input_ids=read).logits
        torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten()).backward()
        optimizer.step()
        optimizer.zero_grad()
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("translators")
    return taught(folder / "to", THERE), taught(folder / "back", BACK)


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own for every test."""
    monkeypatch.setattr(round_trip, "_store", lambda models: tmp_path / "written.sqlite")
    load_round_trip.cache_clear()
    return tmp_path / "written.sqlite"


def test_a_sentence_comes_back_in_several_other_words_and_the_rest_of_the_text_stays(models: tuple[str, str]) -> None:
    text = "  The film is great.\n\n12:30\n\tIt rains in 5 towns.  "
    after = set(strings(augmented("round_trip", batch_of([text] * 60), 1.0, setting=Setting(round_trip=models))))
    ways = set(load_round_trip(models).versions("The film is great."))
    assert ways <= {"This movie is superb.", "The picture is wonderful."}
    rain = text.replace("It rains in 5 towns.", "Rain falls in 5 towns.")
    assert after == {rain.replace("The film is great.", way) for way in ways}


def test_a_sentence_whose_numbers_come_back_changed_stays(models: tuple[str, str]) -> None:
    assert set(load_round_trip(models).versions("I paid 30 euros.")) == {"I paid 40 euros."}
    texts = ["I paid 30 euros."] * 20
    assert strings(augmented("round_trip", batch_of(texts), 1.0, setting=Setting(round_trip=models))) == texts


def test_names_stay_on_request(models: tuple[str, str]) -> None:
    text = "Yesterday Anna said so."
    model = load_round_trip(models)
    for version, kept in (("Anna told us that.", True), ("She told us that.", False)):
        model._known[text] = (version,) * VERSIONS
        after, = strings(augmented("round_trip", batch_of([text]), 1.0, setting=Setting(protect_names=True, round_trip=models)))
        assert (after == version) == kept


def test_the_op_keeps_the_contract_of_ops_and_the_magnitude_is_the_share_of_sentences(models: tuple[str, str]) -> None:
    setting, texts = Setting(round_trip=models), ["The film is great. The film is great."] * 200

    def share(before: dict, after: dict) -> float:
        old = "The film is great."
        return 1 - sum(text.count(old) for text in strings(after)) / sum(text.count(old) for text in strings(before))

    check_op(get_op("round_trip", setting), batch_of(texts[:8], 200), change=share)
    batch = batch_of(texts)
    weak, strong = (augmented("round_trip", batch, level, setting=setting) for level in (0.3, 0.7))
    assert share(batch, augmented("round_trip", batch, 0.0, setting=setting)) == 0
    assert share(batch, weak) == pytest.approx(0.3, abs=0.07)
    assert share(batch, strong) == pytest.approx(0.7, abs=0.07)
    some = [5, 77, 140]
    alone = augmented("round_trip", batch_of([texts[row] for row in some]), 0.7, rows=some, setting=setting)
    assert strings(alone) == [strings(strong)[row] for row in some]


def test_what_was_written_is_kept_on_disk_and_a_new_process_reads_it(models: tuple[str, str], store: Path) -> None:
    first = load_round_trip(models).versions("The film is great.")
    load_round_trip.cache_clear()
    again = load_round_trip(models)
    again.to = None  # what is kept needs no model
    assert again.versions("The film is great.") == first
    with sqlite3.connect(store) as database:
        assert database.execute("SELECT count(*) FROM written").fetchone() == (1,)


def test_a_store_that_is_broken_or_cannot_be_written_costs_nothing_but_time(models: tuple[str, str], store: Path) -> None:
    first = load_round_trip(models).versions("It rains in 5 towns.")
    for spoil in (lambda: store.write_bytes(b"no database" * 200), lambda: (store.unlink(), store.mkdir())):
        spoil()
        load_round_trip.cache_clear()
        assert load_round_trip(models).versions("It rains in 5 towns.") == first


def test_a_sentence_longer_than_the_models_read_stays(models: tuple[str, str]) -> None:
    long = "great film " * 100
    assert set(load_round_trip(models).versions(long)) == {long}


def test_scripts_without_spaces_and_spans_with_dots_in_them_are_cut_where_sentences_end() -> None:
    texts = ["今天下雨。明天呢？好", 'He said "go." Then <b class="a. b">left</b> at 3.5 km. End']
    assert [[text[start:stop] for start, stop in sentences(text)] for text in texts] == [
        ["今天下雨。", "明天呢？", "好"], ['He said "go."', 'Then <b class="a. b">left</b> at 3.5 km.', "End"]]
    assert list(sentences("")) == list(sentences(" 12. 3 \n ... ")) == []


def test_a_policy_names_its_models_and_one_without_says_what_is_missing(models: tuple[str, str]) -> None:
    policy = TextPolicy((Stage({"round_trip": 1}),), round_trip=models)
    assert TextPolicy.from_dict(policy.to_dict()) == policy
    assert strings(policy(batch_of(["The film is great."]), RowRandom(0, "t", rows=[0]))) != ["The film is great."]
    with pytest.raises(UserError, match="has no models"):
        augmented("round_trip", batch_of(["The film is great."]), 1.0, setting=Setting())
    with pytest.raises(UserError, match="two models"):
        TextPolicy(round_trip=models[:1])


def test_the_task_searches_it_before_all_other_ops_where_the_recipe_names_the_models(models: tuple[str, str]) -> None:
    rows, named = labelled(4), {"round_trip_to": models[0], "round_trip_back": models[1]}
    task = TextClassification(Splits(rows, rows), TaskSettings(policy=named))
    task.check_settings()
    for order in ("words_first", "characters_first"):
        policy = task.space.decode({**task.space.starts()["round_trip"], "typo": 0.5, "token_drop": 0.5, "order": order})
        assert policy.round_trip == models
        assert list(policy.stages[0].ops) == ["round_trip"]
    assert task.space.decode(task.space.starts()["identity"]).round_trip == ()
    plain = TextClassification(Splits(rows, rows), TaskSettings())
    assert "round_trip" not in {dimension.name for dimension in plain.space.dimensions} | set(plain.space.starts())


def test_one_model_alone_or_one_of_another_kind_is_refused_before_training(models: tuple[str, str]) -> None:
    rows = labelled(4)
    for given, said, where in (({"round_trip_to": models[0]}, "needs two models", "policy.round_trip_back"),
                               ({"round_trip_to": models[0], "round_trip_back": masked_lm(("a b",))}, "bert model cannot read one",
                                "policy.round_trip_back")):
        with pytest.raises(UserError, match=said) as error:
            TextClassification(Splits(rows, rows), TaskSettings(policy=given)).check_settings()
        assert error.value.where == where


def test_a_recipe_finds_the_models_beside_it(tmp_path: Path, models: tuple[str, str]) -> None:
    (tmp_path / "to").symlink_to(models[0])
    (tmp_path / "r.yaml").write_text(
        "task: text-classification\ndata: {path: mails.csv}\npolicy: {round_trip_to: to, round_trip_back: some/hub-model}\n")
    assert load_recipe(tmp_path / "r.yaml").policy == {"round_trip_to": str(tmp_path / "to"), "round_trip_back": "some/hub-model"}
