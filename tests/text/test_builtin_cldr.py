"""Parallel texts out of CLDR: the same for everyone, right in both languages, and with a test split that is unseen."""

from __future__ import annotations

import re
from functools import cache

import pytest
from datasets import Dataset, DatasetDict, Translation

from augmint.core.errors import UserError
from augmint.text.builtin import BUILTIN, cldr
from augmint.text.codec import make_codec

NAMES = sorted(BUILTIN)


@cache
def data(name: str) -> DatasetDict:
    return BUILTIN[name]()


def pairs_of(rows: Dataset) -> list[dict[str, str]]:
    return rows.with_format("arrow")[:].column("translation").to_pylist()


@cache
def texts(name: str, split: str, side: int) -> list[str]:
    language = name.split("-")[1:][side]
    return [pair[language] for pair in pairs_of(data(name)[split])]


def without_numbers(text: str) -> str:
    return re.sub(r"\d+(?:[ .,:]\d+)*", "#", text)


def test_the_same_pairs_every_time() -> None:
    again = BUILTIN["cldr-en-de"]()
    assert [pairs_of(rows) for rows in again.values()] == [pairs_of(rows) for rows in data("cldr-en-de").values()]


@pytest.mark.parametrize("name", NAMES)
def test_pairs_are_in_the_hubs_form_and_fit_to_be_encoded(name: str) -> None:
    source, target = name.split("-")[1:]
    for split, rows in data(name).items():
        assert rows.features["translation"] == Translation(languages=[source, target])
        assert len(rows) == {"train": 4500, "test": 1500}[split]
        assert make_codec(rows, {"source": source, "target": target}).check(rows) == []


@pytest.mark.parametrize("name", NAMES)
def test_no_text_occurs_twice_and_no_two_sides_are_equal(name: str) -> None:
    for side in (0, 1):
        both = texts(name, "train", side) + texts(name, "test", side)
        assert len(set(both)) == len(both)
    assert all(a != b for split in ("train", "test") for a, b in zip(texts(name, split, 0), texts(name, split, 1), strict=True))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("side", [0, 1])
def test_test_pairs_are_unseen_even_with_other_numbers(name: str, side: int) -> None:
    seen = {without_numbers(text) for text in texts(name, "train", side)}
    assert not seen & {without_numbers(text) for text in texts(name, "test", side)}


@pytest.mark.parametrize(("name", "letters"), [
    ("cldr-en-de", "äöüß"), ("cldr-en-fr", "éèç"), ("cldr-en-es", "ñáéó"), ("cldr-en-ru", "дилж"), ("cldr-en-ar", "ابتم")])
def test_sides_are_in_their_languages(name: str, letters: str) -> None:
    source, target = (" ".join(texts(name, "test", side)) for side in (0, 1))
    assert all(target.count(letter) > 3 * source.count(letter) + 10 for letter in letters)
    assert " and " not in target
    assert source.count(" and ") > 200


@pytest.mark.parametrize(("name", "pairs"), [
    ("cldr-en-de", {"Thursday": "Donnerstag", "Switzerland": "Schweiz", "Danish": "Dänisch", "1 square meter": "1 Quadratmeter"}),
    ("cldr-en-ru", {"Germany": "Германия", "Monday": "понедельник", "1 kilogram": "1 килограмм"}),
    ("cldr-de-fr", {"Spanien": "Espagne", "Mai": "mai", "1 Liter": "1 litre"})])
def test_what_people_know_is_right(name: str, pairs: dict[str, str]) -> None:
    known = dict(zip(texts(name, "train", 0), texts(name, "train", 1), strict=True))
    assert {source: known[source] for source in pairs} == pairs


def test_numbers_are_written_as_each_language_does() -> None:
    known = dict(zip(texts("cldr-en-de", "train", 0), texts("cldr-en-de", "train", 1), strict=True))
    large = {source: target for source, target in known.items() if re.match(r"\d+,\d{3} ", source)}
    assert len(large) > 10
    for source, target in large.items():
        assert target.split()[0] == source.split()[0].replace(",", ".")


def test_no_code_stands_for_words_that_a_language_lacks() -> None:
    arabic = texts("cldr-en-ar", "train", 1) + texts("cldr-en-ar", "test", 1)
    assert [text for text in arabic if re.search(r"[a-z]{3}", text)] == []


@pytest.mark.parametrize(("source", "target", "message"), [
    ("en", "tlh", "'tlh'"), ("n o", "en", "'n o'"), ("en", "en", "both 'en'")])
def test_languages_that_do_not_make_a_pair_are_refused(source: str, target: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        cldr(source, target)


def test_other_languages_of_cldr_make_pairs_too() -> None:
    assert {"ja": "木曜日", "pt_BR": "quinta-feira"} in pairs_of(cldr("ja", "pt_BR")["train"])
