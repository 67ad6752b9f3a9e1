"""What each rule of a pair rejects, on real sentences and planted faults, and what it lets pass."""

import sys
from pathlib import Path

import numpy as np
import pytest

from augmint.text.rules import get_rule
from augmint.text.rules.words import sizes

sys.path.insert(0, str(Path(__file__).parent))
from rules_real_pairs import NEW, PAIRS, alone, rows_of


def fitted(name, pairs=PAIRS):
    return get_rule(name).fit(rows_of(pairs))


def rejected(rule, *pairs):
    return rule.rejects(rows_of(list(pairs))).tolist()


@pytest.mark.parametrize("name", ["length_ratio", "copy", "numerals", "language", "repetition", "empty"])
def test_real_pairs_and_new_ones_like_them_pass(name):
    assert not fitted(name).rejects(rows_of(PAIRS)).any()
    assert not fitted(name).rejects(rows_of(NEW)).any()


def test_a_side_that_is_much_too_long_or_short_is_rejected():
    rule = fitted("length_ratio")
    source, target = NEW[0]
    assert rejected(rule, (source * 4, target), (source, target * 4), (source, "Ja."), (source, "")) == [True] * 4


def test_a_factor_of_one_and_a_half_off_the_usual_ratio_is_never_rejected():
    rule = fitted("length_ratio", [("so " * n, "so so " * n) for n in range(10, 60)])  # no spread at all
    assert rejected(rule, ("so " * 100, "so " * 200), ("so " * 100, "so " * 280), ("so " * 100, "so " * 140)) == [False] * 3
    assert rejected(rule, ("so " * 100, "so " * 320), ("so " * 100, "so " * 120)) == [True] * 2


def test_tolerance_for_lengths_falls_as_pairs_grow():
    rng = np.random.default_rng(0)
    lengths = rng.integers(2, 60, 2000)
    noise = np.exp(rng.normal(0, 1 / np.sqrt(lengths)))
    pairs = [("so " * length, "so " * max(1, round(length * factor))) for length, factor in zip(lengths, noise)]
    rule = fitted("length_ratio", pairs)
    assert 0 < rule.rejects(rows_of(pairs)).mean() < 0.006
    assert rejected(rule, ("so " * 3, "so " * 6), ("so " * 50, "so " * 100)) == [False, True]


def test_sizes_count_characters_of_every_script_and_a_texts_words_do_not_depend_on_its_neighbours():
    texts = ["two words", "", "你好吗", "c\u0327a va", "  x", "สวัสดี", ""]
    characters, words = sizes(texts)
    assert characters.tolist() == [8, 0, 3, 4, 1, 4, 0]
    assert words.tolist() == [2, 0, 3, 2, 1, 4, 0]
    assert [int(sizes([text])[1][0]) for text in texts] == words.tolist()


def test_untranslated_sources_are_copies_and_names_and_numbers_are_not():
    rule = fitted("copy", [*PAIRS, ("Berlin", "Berlin"), ("Anna Schmidt", "Anna Schmidt"), ("12.05.2021", "12.05.2021")] * 2)
    assert rule.threshold == pytest.approx(0.7, abs=0.1)
    assert rejected(rule, *((target, target) for _, target in NEW)) == [True] * len(NEW)
    assert rejected(rule, (NEW[0][1].upper()[:9] + NEW[0][1][9:], NEW[0][1]), (NEW[0][1].replace("Hecke", "Bäume"), NEW[0][1])) == [
        True, True]
    assert rejected(rule, ("Frankfurt", "Frankfurt"), ("2024", "2024"), ("Dr. Erika Muster", "Dr. Erika Muster")) == [False] * 3


def test_copies_are_judged_in_scripts_without_capitals():
    assert rejected(fitted("copy"), ("今天天气很好，我们去海边。", "今天天气很好，我们去海边。")) == [True]


def test_a_few_untranslated_real_pairs_do_not_blind_the_copy_rule_but_many_turn_it_off():
    wrong = [(target, target) for _, target in PAIRS]
    assert rejected(fitted("copy", PAIRS * 2 + wrong[:3]), (NEW[0][1], NEW[0][1])) == [True]
    assert rejected(fitted("copy", PAIRS + wrong[:10]), (NEW[0][1], NEW[0][1])) == [False]


def test_where_real_sides_are_nearly_the_same_copies_belong_to_the_data():
    corrections = [(source.replace("th", "ht", 1), source) for source, _ in PAIRS]
    assert rejected(fitted("copy", corrections), (NEW[0][0], NEW[0][0])) == [False]


def test_changed_lost_and_added_numbers_are_rejected_and_locale_formats_are_not():
    rule = fitted("numerals")
    assert rule.strictness == "multiset"
    source, target = "The toll is 1,234.50 euros at 08:00.", "Die Maut beträgt um 8 Uhr 1.234,50 Euro."
    assert rejected(rule, (source, target)) == [False]
    for wrong in ("1.235,50", "12.345,0", "", "1.234,50 und noch 7"):
        assert rejected(rule, (source, target.replace("1.234,50", wrong))) == [True]
    assert rejected(rule, ("3 of 3", "3"), ("15 kg", "١٥ كجم"), ("15 kg", "１５キロ"), ("007", "7"), ("no", "nein")) == [
        True, False, False, False, False]


def test_numbers_are_held_as_strictly_as_real_pairs_keep_them():
    numbers = [(f"At {n} o'clock, {n + 1} of us", f"Um {n} Uhr, {n + 1} von uns") for n in range(10, 20)]
    doubled = [(f"{source}, {source}", target) for source, target in numbers]
    spelled = [(source, target.split(",")[0]) for source, target in numbers]
    other = [(source, "Um 99 Uhr") for source, _ in numbers]
    for pairs, strictness in ((numbers, "multiset"), (doubled, "set"), (spelled, "contained"), (other, "nothing")):
        assert fitted("numerals", pairs).strictness == strictness
    assert rejected(fitted("numerals", spelled), ("5 cats", "five cats"), ("5 cats", "6 Katzen")) == [False, True]
    assert fitted("numerals", [("no digit", "keine Ziffer")]).strictness == "multiset"


def test_a_side_in_the_other_sides_or_a_third_language_is_rejected():
    rule = fitted("language")
    assert set(rule.sides) == {"source", "target"}
    source, target = NEW[1]
    assert rejected(rule, (target, target), (source, source), (target, source)) == [True] * 3
    assert rejected(rule, (source, "Мой дедушка чинил часы в этой мастерской.")) == [True]
    assert rejected(rule, (source, "Oh!"), (source, "1234 5678 90 11 12 13 14 15 16"), (source, "")) == [False] * 3


def test_languages_are_not_judged_where_the_real_sides_share_one_or_are_too_few_or_cannot_be_told():
    same = [(source, source.replace("the", "a")) for source, _ in PAIRS]
    noise = [(f"xq{place} zzkw vvrt{place}", f"wq{place} bbnm{place}") for place in range(40)]
    for pairs in (same, PAIRS[:10], noise):
        rule = fitted("language", pairs)
        assert not rule.sides
        assert rejected(rule, (NEW[0][1], NEW[0][0])) == [False]


def test_short_texts_are_not_judged_where_short_real_texts_are_not_recognised():
    short = [("Oslo, Bergen", "Roma, Torino"), ("Gin, rum", "Taxi, bus"), ("Hm, aha", "Okay, hm")] * 40
    rule = fitted("language", PAIRS * 2 + short)
    assert all(side.length > 12 for side in rule.sides.values())
    assert rejected(rule, ("Ja, aber", "Yes, but"), (NEW[0][1], NEW[0][0])) == [False, True]


@pytest.mark.parametrize("name", ["copy", "language", "length_ratio", "numerals"])
def test_the_real_pairs_may_be_one_and_may_be_empty(name):
    for pair in (("", ""), ("One pair.", "Ein Paar.")):
        assert fitted(name, [pair]).rejects(alone(pair)).tolist() == [False]
        assert fitted(name, [pair]).rejects(rows_of([])).shape == (0,)
