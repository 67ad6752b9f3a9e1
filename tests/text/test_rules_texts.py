"""What the rules for any text reject: empty texts, loops, and copies of real rows."""

import pickle
import sys
from pathlib import Path

import pytest

from augmint.text.rules import get_rule
from augmint.text.rules.repetition import measures
from augmint.text.rules.words import words_of

sys.path.insert(0, str(Path(__file__).parent))
from real_texts import PLAIN
from rules_real_pairs import LONG, NEW, PAIRS, rows_of

TEXTS = [text for pair in PAIRS for text in pair]


def rejected(rule, *texts):
    return rule.rejects({"text": list(texts)}).tolist()


def test_nothing_but_space_and_punctuation_is_empty_and_every_script_says_something():
    rule = get_rule("empty").fit({"text": TEXTS})
    assert rejected(rule, "", " \t\n", "...", "?! —", "。」", "\u200f\u0000", "\u0301", "$ = +") == [True] * 8
    assert rejected(rule, *PLAIN, "7", "٣", "👍") == [False] * (len(PLAIN) + 3)


def test_an_empty_side_makes_the_pair_empty():
    rule = get_rule("empty").fit(rows_of(PAIRS))
    assert rule.rejects(rows_of([("Yes.", "..."), ("", "Ja."), ("Yes.", "Ja.")])).tolist() == [True, True, False]


@pytest.mark.parametrize("loop", [
    "ja ja ja ja ja", "He said no no no no to it.", "I think so, I think so, I think so.",
    "the end of the end of the end of the end", "Das ist guuuuuuuut", "我不知道我不知道我不知道我不知道", "哈哈哈哈哈哈哈哈",
    "لا لا لا لا لا", LONG[0],
    " ".join(f"w{place}" for place in range(20)) + " " + " ".join(f"w{place}" for place in range(20)) * 4])
def test_loops_of_words_phrases_and_characters_are_rejected(loop):
    assert rejected(get_rule("repetition").fit({"text": TEXTS}), loop, f"{loop}.") == [True, True]


def test_ordinary_texts_of_every_script_and_length_are_no_loops():
    rule = get_rule("repetition").fit({"text": TEXTS})
    fine = ["No, no, no!", "Bye bye, and bye bye.", "It was what it was.", "", "...", "Call 1000000000 now", LONG[1],
            " ".join(TEXTS)]
    assert rejected(rule, *PLAIN, *fine) == [False] * (len(PLAIN) + len(fine))


def test_real_texts_that_repeat_widen_the_limits():
    chorus = ["la la la la la la la"] * 5 + TEXTS
    assert rejected(get_rule("repetition").fit({"text": chorus}), "la la la la la", "la " * 12) == [False, True]


def test_measures_count_runs_and_parts():
    assert measures("") == (0.0, 0.0, 0.0, 0.0)
    assert measures("a b c d a b c d")[1:3] == pytest.approx((1.0, 0.2))
    assert measures("so so so what")[0] == 3.0
    assert words_of("«Café», 東京です नमस्ते") == ["café", "東", "京", "で", "す", "नमस्ते"]


def test_copies_and_near_copies_of_real_pairs_are_rejected_and_new_pairs_are_not():
    rule = get_rule("near_duplicate").fit(rows_of(PAIRS))
    assert rule.rejects(rows_of(PAIRS)).all()
    assert not rule.rejects(rows_of(NEW)).any()
    source, target = PAIRS[12]
    assert rule.rejects(rows_of([(source.upper() + " ", "  " + target), (source[:-1], target[:-1] + "!")])).all()


def test_a_pair_is_a_copy_only_where_both_sides_are_near_the_same_real_pair():
    rule = get_rule("near_duplicate").fit(rows_of(PAIRS))
    swapped = [(PAIRS[place][0], PAIRS[place + 1][1]) for place in range(10)]
    fresh = [(f"Some new source, number {place}.", target) for place, (_, target) in enumerate(PAIRS)]
    assert not rule.rejects(rows_of(swapped + fresh)).any()


def test_long_texts_with_few_changes_are_near_and_with_many_are_not():
    rule = get_rule("near_duplicate").fit({"text": [" ".join(TEXTS), *TEXTS, ""]})
    changed = [" ".join(text if place % every else "Something else." for place, text in enumerate(TEXTS)) for every in (40, 4)]
    assert rejected(rule, *changed, *PLAIN, "", "a") == [True, False] + [False] * len(PLAIN) + [True, False]


def test_texts_shorter_than_a_gram_are_told_apart():
    rule = get_rule("near_duplicate").fit({"text": ["Ja", "好", "no"]})
    assert rejected(rule, "ja", "Ja.", "好", "你", "on", "") == [True, False, True, False, False, False]


def test_the_index_stays_out_of_the_pickle_and_is_built_again():
    rule = get_rule("near_duplicate").fit({"text": TEXTS})
    before = len(pickle.dumps(rule))
    assert rejected(rule, TEXTS[0], PLAIN[0]) == [True, False]
    assert len(pickle.dumps(rule)) == before < 2 * sum(len(text.encode()) for text in TEXTS)
    assert rejected(pickle.loads(pickle.dumps(rule)), TEXTS[0], PLAIN[0]) == [True, False]


def test_half_a_character_is_broken_unless_real_texts_have_such_too():
    from augmint.text.rules import get_rule

    rule = get_rule("broken")
    assert rule.fit({"text": ["Grüße"]}).rejects({"text": ["Gr\ufffd\ufffde", "Grüße"]}).tolist() == [True, False]
    assert not rule.fit({"text": ["\ufffd"]}).rejects({"text": ["Gr\ufffd"]}).any()
