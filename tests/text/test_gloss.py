"""Word-by-word translation: right words from few pairs and a dictionary, spaces as the written script has them."""

from __future__ import annotations

import copy
import sys
from pathlib import Path

import pytest
import torch

from augmint.core.errors import UserError
from augmint.core.interfaces import MintSettings, RowRandom
from augmint.core.interfaces.strings import length_key, to_strings, to_tensors
from augmint.core.minting import MintArguments, mint_rows
from augmint.text.builtin import cldr
from augmint.text.generators import Seq2SeqGenerator
from augmint.text.gloss import Glosser, read_dictionary
from augmint.text.translation.metric import chrf_metric

sys.path.insert(0, str(Path(__file__).parent))
from test_minting_without_draws import parts
from tiny_models import pairs, tiny

ENGLISH = ["a dog", "a cat", "the dog barks", "the cat", "two dogs bark"]
GERMAN = ["ein Hund", "eine Katze", "der Hund bellt", "die Katze", "zwei Hunde bellen"]
CHINESE = ["狗 叫", "猫 叫", "狗 跑", "猫 跑"]


def streams(count: int, seed: int = 0) -> RowRandom:
    return RowRandom(seed, "gloss", rows=range(count))


@pytest.fixture(scope="module")
def real() -> tuple[Glosser, list[str], list[str]]:
    """Fitted on real pairs, and pairs of patterns that it has not seen."""
    splits = cldr("en", "de")
    sides = {name: [[pair[side] for pair in splits[name]["translation"]] for side in ("en", "de")] for name in ("train", "test")}
    return Glosser.fit(*sides["train"]), *sides["test"]


def test_glosses_of_unseen_real_texts_are_nearer_to_their_translations_than_the_texts_themselves(real) -> None:
    glosser, english, german = real
    copied, glossed = (chrf_metric().corpus_score(texts, [german]).score for texts in (english, glosser.gloss(english)))
    assert glossed > copied + 10


def test_numbers_placeholders_and_unknown_words_stay() -> None:
    assert Glosser.fit(ENGLISH, GERMAN).gloss(["the dog {name} 12.50 zebra"])[0].split()[1:] == ["Hund", "{name}", "12.50", "zebra"]


def test_a_capital_begins_what_began_with_one_and_only_that() -> None:
    glosser = Glosser.fit(["Bread is dear", "the bread", "dear bread"], ["Pain est cher", "le pain", "cher pain"])
    assert glosser.gloss(["Bread", "bread"]) == ["Pain", "pain"]


def test_words_of_the_dictionary_are_known_and_pairs_outweigh_them() -> None:
    glosser = Glosser.fit(ENGLISH, GERMAN, [("zebra", "Zebra"), ("dog", "Köter")])
    assert glosser.gloss(["dog zebra"]) == ["Hund Zebra"]


def test_spaces_are_those_of_the_script_that_is_written() -> None:
    english = ["dog barks", "cat barks", "dog runs", "cat runs"]
    assert Glosser.fit(english, CHINESE).gloss(["dog runs, cat barks."]) == ["狗跑, 猫叫."]
    assert Glosser.fit(CHINESE, english).gloss(["狗跑"]) == ["dog runs"]


def test_what_is_drawn_is_the_rows_own_and_varies_with_the_temperature(real) -> None:
    glosser, english, _ = real
    texts = english[:60]
    whole = glosser.gloss(texts, streams(60), 1.0)
    assert whole[20:30] == glosser.gloss(texts[20:30], RowRandom(0, "gloss", rows=range(20, 30)), 1.0)
    assert whole != glosser.gloss(texts, streams(60, seed=1), 1.0)
    assert glosser.gloss([], streams(0), 1.0) == []
    with pytest.raises(UserError, match="rng"):
        glosser.gloss(["dog"], None, 1.0)


def test_the_generator_glosses_keeps_its_words_in_copies_and_folders_and_refuses_without(tmp_path: Path) -> None:
    points, lengths = to_tensors(["two dogs bark"] * 4)
    condition = {"target": points, length_key("target"): lengths}
    with pytest.raises(UserError, match="no words"):
        Seq2SeqGenerator(tiny()).sample(4, condition, rng=streams(4), decode="gloss")
    generator = Seq2SeqGenerator(tiny(), Glosser.fit(ENGLISH, GERMAN))
    generator.save_pretrained(tmp_path)
    for same in (generator, copy.deepcopy(generator), Seq2SeqGenerator.from_pretrained(tmp_path)):
        with torch.no_grad():
            made = same.sample(4, condition, rng=streams(4), decode="gloss")
        assert to_strings(made["source"], made[length_key("source")]) == ["zwei Hunde bellen"] * 4
    assert [generator.draws(decode="gloss"), generator.draws(decode="gloss", temperature=0.5)] == [False, True]


def test_minting_glosses_every_text_once() -> None:
    made = parts(tiny())
    made.generator.glosser = Glosser.fit(*reversed(pairs(24)))
    settings = MintSettings(share=0.5, best_of=4, keep_quantile=1.0, controls={"decode": "gloss"})
    selection = mint_rows(made, arguments=MintArguments(ratio=2.0), settings=settings).selection
    assert selection.made == {-1: 24}


@pytest.mark.parametrize(
    ("content", "said"),
    [("Hund\tdog\nKatze cat\n", "Line 2"), ("a\tb\tc\n", "Line 1"), ("\n\n", "empty"), (b"\xff\xfe\x00", "cannot be read")],
)
def test_a_faulty_dictionary_is_refused_by_its_line(tmp_path: Path, content, said: str) -> None:
    file = tmp_path / "dictionary.txt"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError, match=said):
        read_dictionary(file)


def test_a_dictionary_is_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "dictionary.txt"
    file.write_text("\ufeffder Hund \t the dog\r\n\nKatze\tcat\n", encoding="utf-8")
    assert read_dictionary(file) == [("der Hund", "the dog"), ("Katze", "cat")]
