"""What each text op does, on sentences where it can be seen."""

import sys
from collections import Counter
from pathlib import Path

import pytest
import torch

from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom
from augmint.text.ops import EditOp, Setting, TextOp, get_op, op_names, register_op

sys.path.insert(0, str(Path(__file__).parent))
from real_texts import PLAIN, SETTING, WORDS, augmented, batch_of, pairs, strings

SENTENCE = "one two  three\tfour five six"


def outcomes(name: str, text: str = SENTENCE, magnitude: float = 0.3, n: int = 300, setting: Setting = SETTING) -> list[str]:
    return strings(augmented(name, batch_of([text] * n), magnitude, setting=setting))


def test_token_drop_leaves_a_part_of_the_words_in_their_order():
    words = SENTENCE.split()
    for after in outcomes("token_drop"):
        left = after.split()
        assert left == [word for word in words if word in left]
    kept = sum(len(after.split()) for after in outcomes("token_drop", n=2000)) / 2000
    assert abs(kept / 6 - 0.7) < 0.02
    assert {len(after.split()) for after in outcomes("token_drop", magnitude=1.0)} == {1}


def test_token_drop_never_runs_words_together_and_keeps_the_whitespace_of_what_stays():
    assert set(outcomes("token_drop", "a  b", 0.5)) == {"a  b", "a", "b"}
    assert not any("Pythonfun" in after for after in outcomes("token_drop", "Python 很fun", 0.5))


def test_adjacent_swap_moves_no_word_further_than_one_place():
    words = SENTENCE.split()
    for after in outcomes("adjacent_swap", magnitude=0.6):
        assert all(abs(words.index(word) - place) <= 1 for place, word in enumerate(after.split()))
        assert sorted(after.split()) == sorted(words)
    assert set(outcomes("adjacent_swap", magnitude=1.0)) == {"two one  four\tthree six five"}


def test_random_swap_keeps_words_and_whitespace_and_moves_far():
    words, far = SENTENCE.split(), 0
    for after in outcomes("random_swap"):
        assert sorted(after.split()) == sorted(words)
        assert [part for part in after if part.isspace()] == [part for part in SENTENCE if part.isspace()]
        far += any(abs(words.index(word) - place) > 2 for place, word in enumerate(after.split()))
    assert far > 50
    assert all(after.split()[at] != words[at] for after in outcomes("random_swap", magnitude=1.0) for at in range(6))


def test_random_insertion_adds_words_of_the_text_only():
    words = SENTENCE.split()
    for after in outcomes("random_insertion"):
        left = iter(after.split())
        assert set(after.split()) == set(words)
        assert all(word in left for word in words), "the words are still there in their order"
    added = sum(len(after.split()) - 6 for after in outcomes("random_insertion", n=2000)) / 2000
    assert abs(added / 6 - 0.3) < 0.02


def test_aeda_adds_nothing_but_its_marks():
    for after in outcomes("aeda", magnitude=1.0):
        assert [word for word in after.split() if word not in ".;?:!,"] == SENTENCE.split()
    assert Counter("".join(outcomes("aeda", n=2000, magnitude=1.0))).keys() >= set(".;?:!,")


def test_typo_slips_once_within_long_words():
    seen = set(outcomes("typo", "lantern", 1.0, 600))
    letters = "lantern"
    swaps = {letters[:at] + letters[at + 1] + letters[at] + letters[at + 2:] for at in range(1, 6)}
    drops = {letters[:at] + letters[at + 1:] for at in range(1, 6)}
    doubles = {letters[:at] + letters[at] + letters[at:] for at in range(1, 6)}
    assert seen == swaps | drops | doubles
    assert set(outcomes("typo", "the cat (and) 1234 x-y", 1.0)) == {"the cat (and) 1234 x-y"}


def test_switch_out_draws_every_word_of_its_sides_vocabulary_and_keeps_punctuation():
    setting = Setting({"source": ("alpha", "beta"), "target": ("gamma",)})
    out = augmented("switch_out", pairs(["(house), yes!"] * 200, ["Haus, ja"] * 200), 1.0, setting=setting)
    assert set(strings(out, "source")) == {f"({a}), {b}!" for a in ("alpha", "beta") for b in ("alpha", "beta")}
    assert set(strings(out, "target")) == {"gamma, gamma"}


def test_switch_out_without_words_says_what_is_missing():
    with pytest.raises(UserError, match=r"no words for 'text'.*collect_words"):
        augmented("switch_out", batch_of(["a b"]), 0.5, setting=Setting())


def test_case_is_that_of_python_where_lengths_allow():
    texts = [text for text in PLAIN if len(text.upper()) == len(text)]
    assert len(texts) > 8
    assert strings(augmented("lower", batch_of(texts), 1.0)) == [text.lower() for text in texts]
    assert strings(augmented("upper", batch_of(texts), 1.0)) == [text.upper() for text in texts]
    assert strings(augmented("lower", batch_of(["ΟΔΟΣ ΣΑΣ Σ", "Straße"]), 1.0)) == ["οδος σας σ", "straße"]
    assert strings(augmented("upper", batch_of(["Straße"]), 1.0)) == ["STRAßE"]


def test_end_punctuation_goes_from_both_sides_or_from_neither():
    sources, targets = ["Stop it!", "No mark", "Really ?!  ", "..."], ["Hör auf.", "Doch.", "真的吗？", "."]
    out = augmented("end_punctuation", pairs(sources, targets), 1.0)
    assert strings(out, "source") == ["Stop it", "No mark", "Really  ", "..."]
    assert strings(out, "target") == ["Hör auf", "Doch.", "真的吗", "."]


def test_end_punctuation_of_a_protected_span_stays():
    out = augmented("end_punctuation", batch_of(["for {x.}", "it is 5.30.", "Done."]), 1.0)
    assert strings(out) == ["for {x.}", "it is 5.30", "Done"]


def test_wrong_names_and_classes_say_what_is_wrong():
    with pytest.raises(UserError, match="Did you mean 'typo'"):
        get_op("tpyo")
    with pytest.raises(UserError, match="Did you mean 'translation'"):
        op_names("translatoin")
    with pytest.raises(UserError, match="not a text op"):
        register_op(int)  # type: ignore[type-var]
    for name, tasks, message in (("typo", {"translation"}, "registered already"), ("Bad Name", {"translation"}, "lower-case word"),
                                 ("fresh", {"cooking"}, "safe for"), ("fresh", set(), "safe for")):
        kind = type("Made", (EditOp,), {"name": name, "tasks": frozenset(tasks)})
        with pytest.raises(UserError, match=message):
            register_op(kind)


def test_batches_without_texts_say_what_is_wrong():
    op: TextOp = get_op("typo")
    with pytest.raises(UserError, match="no text"):
        op.draw(RowRandom(0, rows=[0]), torch.ones(1), {"label": torch.zeros(1)})
    with pytest.raises(UserError, match="no 'text_length'"):
        op.draw(RowRandom(0, rows=[0]), torch.ones(1), {"text": torch.zeros(1, 3)})


def test_vocabulary_words_of_any_script_are_drawn():
    seen = set(outcomes("switch_out", "word", 1.0))
    assert seen == set(WORDS)
