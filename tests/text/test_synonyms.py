"""Synonyms are found in WordNet's files or in a table, written as the word is, and put in its place."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom, Splits, TaskSettings
from augmint.core.pipeline.recipe import load_recipe
from augmint.text import TextClassification
from augmint.text.ops import Setting
from augmint.text.policy import TextPolicy
from augmint.text.policy.stage import Stage
from augmint.text.synonyms import collect_synonyms
from augmint.text.wordnet import PARTS, is_wordnet

sys.path.insert(0, str(Path(__file__).parent))
from labelled_texts import labelled
from real_texts import augmented, batch_of, strings

DEBIAN = Path("/usr/share/wordnet")
TEXTS = ["Buy a QUICK car, 12 euros!", "buy it, buy https://car.example now", "The dogs of the town"]
SENSES = {  # part of speech -> sets of synonyms in the order of their frequency, as they stand in the database
    "noun": [["bargain", "buy", "steal"], ["car", "auto", "motor_car"]],
    "verb": [["buy", "purchase"], ["bribe", "buy"]],
    "adj": [["quick", "galore(ip)"]],
    "adv": [],
}


def database(folder: Path) -> Path:
    """WordNet's files with the words of SENSES, in the formats of wndb(5WN)."""
    folder.mkdir()
    for part in PARTS:
        data, senses = "  1 This software and database\n", {}
        for members in SENSES[part]:
            for word in members:
                senses.setdefault(word.partition("(")[0], []).append(len(data))
            words = " ".join(f"{word} 0" for word in members)
            data += f"{len(data):08} 04 n {len(members):02x} {words} 001 @ 00000000 n 0000 | a meaning\n"
        lines = [f"{word} n {len(at)} 1 @ {len(at)} 0 {' '.join(f'{place:08}' for place in at)}  \n" for word, at in senses.items()]
        (folder / f"data.{part}").write_text(data)
        (folder / f"index.{part}").write_text("  1 This software and database\n" + "".join(sorted(lines)))
    return folder


def test_the_first_sense_of_each_part_of_speech_is_taken_and_written_as_the_word_is(tmp_path: Path) -> None:
    pairs = collect_synonyms(TEXTS, database(tmp_path / "dict"))
    assert sorted(pairs) == [
        ("Buy", "Bargain"), ("Buy", "Purchase"), ("Buy", "Steal"), ("QUICK", "GALORE"),
        ("buy", "bargain"), ("buy", "purchase"), ("buy", "steal"), ("car", "auto"), ("car", "motor car"),
    ]  # fmt: skip


@pytest.mark.skipif(not is_wordnet(DEBIAN), reason="Debian's package wordnet-base is not installed")
def test_the_real_wordnet_knows_common_words_and_leaves_inflected_ones_and_grammar() -> None:
    pairs = collect_synonyms(["Purchase the big car; cars have good wheels"], DEBIAN)
    words = {word for word, _ in pairs}
    assert {("car", "auto"), ("big", "large"), ("Purchase", "Buy")} <= set(pairs)
    assert not words & {"the", "cars", "have", "wheels"}


def test_a_table_serves_any_language(tmp_path: Path) -> None:
    table = tmp_path / "thesaurus.tsv"
    table.write_text("haus\tGebäude\nHaus\tHeim\n\nhaus\thaus\nboot\tKahn\n", encoding="utf-8")
    assert collect_synonyms(["Das Haus", "ein HAUS"], table) == (
        ("HAUS", "GEBÄUDE"), ("HAUS", "HEIM"), ("Haus", "Gebäude"), ("Haus", "Heim"))  # fmt: skip


def test_words_are_replaced_and_their_surroundings_stay(tmp_path: Path) -> None:
    setting = Setting(lexicon=(("buy", "purchase"), ("car", "motor car"), ("QUICK", "FAST")))
    assert strings(augmented("synonym", batch_of(TEXTS), 1.0, setting=setting)) == [
        "Buy a FAST motor car, 12 euros!", "purchase it, purchase https://car.example now", "The dogs of the town"]  # fmt: skip
    some = strings(augmented("synonym", batch_of(["buy buy buy buy"] * 200), 0.5, setting=setting))
    assert 340 < sum(text.count("purchase") for text in some) < 460


def test_every_synonym_comes_up() -> None:
    setting = Setting(lexicon=(("a", "b"), ("x", "y"), ("a", "c"), ("a", "d")))
    drawn = strings(augmented("synonym", batch_of(["a"] * 300), 1.0, setting=setting))
    assert {word: drawn.count(word) > 70 for word in "bcd"} == dict.fromkeys("bcd", True)


def test_a_policy_holds_its_synonyms_and_one_without_says_what_is_missing() -> None:
    policy = TextPolicy((Stage({"synonym": 1}, 1.0, (1.0, 1.0)),), lexicon=(("car", "auto"), ("buy", "purchase")))
    again = TextPolicy.from_dict(policy.to_dict())
    assert strings(again(batch_of(["buy a car"]), RowRandom(0, "t", rows=[0]))) == ["purchase a auto"]
    with pytest.raises(UserError, match="collect_synonyms"):
        augmented("synonym", batch_of(TEXTS), 1.0, setting=Setting())


def test_the_task_searches_synonyms_and_its_standard_policy_has_them_where_the_recipe_names_a_dictionary(tmp_path: Path) -> None:
    train = labelled(4)
    (tmp_path / "table.tsv").write_text("".join(f"{word}\tstandin\n" for word in set(" ".join(train["text"][:]).lower().split())))
    task = TextClassification(Splits(train, train), TaskSettings(policy={"synonyms": str(tmp_path / "table.tsv")}))
    assert "synonym" in {dimension.name for dimension in task.space.dimensions}
    for policy in (task.standard_policy(), task.space.decode(task.space.starts()["standard"])):
        assert "synonym" in {name for stage in policy.stages for name in stage.ops}
        assert policy.lexicon == task.lexicon
    plain = TextClassification(Splits(train, train), TaskSettings())
    assert "synonym" not in {dimension.name for dimension in plain.space.dimensions}


@pytest.mark.parametrize(("content", "said"), [(None, "no text file"), ("Haus Heim\n", "Line 1"), ("Kahn\tBoot\n", "No word")])
def test_a_dictionary_that_cannot_serve_is_refused_before_training(content: str | None, said: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "table.tsv").write_text(content)
    with pytest.raises(UserError, match=said) as error:
        collect_synonyms(["Das Haus"], tmp_path / "table.tsv")
    assert error.value.where == "policy.synonyms"


def test_a_recipe_names_the_dictionary_beside_it_and_other_keys_are_refused(tmp_path: Path) -> None:
    (tmp_path / "table.tsv").write_text("buy\tpurchase\n")
    text = "task: text-classification\ndata: {path: mails.csv}\npolicy: {synonyms: table.tsv}\n"
    (tmp_path / "spam.yaml").write_text(text)
    assert load_recipe(tmp_path / "spam.yaml").policy == {"synonyms": str(tmp_path / "table.tsv")}
    (tmp_path / "spam.yaml").write_text(text.replace("synonyms", "synonym"))
    with pytest.raises(UserError, match="Did you mean 'synonyms'") as error:
        load_recipe(tmp_path / "spam.yaml")
    assert "spam.yaml:3" in str(error.value)
