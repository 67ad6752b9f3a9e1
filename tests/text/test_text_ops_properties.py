"""Properties that hold for every registered text op."""

import itertools
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from augmint.core.interfaces import RowRandom, select
from augmint.core.testing import check_op
from augmint.text.ops import Setting, get_op, op_names
from augmint.text.tokens import tokenize
from augmint.text.vocabulary import pool_of

sys.path.insert(0, str(Path(__file__).parent))
from real_texts import GUARDED, PLAIN, SETTING, TEXTS, augmented, batch_of, edit_distance, pairs, span_texts, strings

OPS = tuple(name for name in op_names() if name not in {"pair_switch", "round_trip"})
# These need both sides of a pair and models that translate: see test_pair_switch.py and test_round_trip.py.
SWITCHES = {"lower", "upper", "end_punctuation"}
ROOM = 500  # no text of these outgrows it


def tokens_of(text: str) -> list[str]:
    tokens = tokenize(pool_of((text,)))
    return [text[start:stop] for start, stop in zip(tokens.start, tokens.stop)]


def change(before: dict, after: dict) -> float:
    """Mean edit distance in words or characters of scripts without spaces."""
    gaps = [edit_distance(tokens_of(one), tokens_of(two)) for one, two in zip(strings(before), strings(after)) if one != two]
    return sum(gaps) / len(before["text"])


@pytest.mark.parametrize("name", OPS)
def test_every_op_keeps_the_contract_of_ops(name):
    check_op(get_op(name, SETTING), batch_of(PLAIN[:6] + GUARDED[:1], ROOM), change=change)


@pytest.mark.parametrize("name", OPS)
def test_magnitude_zero_leaves_every_byte_as_it_is(name):
    batch = batch_of(TEXTS)
    assert strings(augmented(name, batch, 0.0)) == TEXTS


@pytest.mark.parametrize("name", OPS)
def test_more_magnitude_changes_texts_more(name):
    batch = batch_of(PLAIN * 8)
    distance = [change(batch, augmented(name, batch, level)) for level in (0, 0.1, 0.3, 0.6, 1.0)]
    assert distance[0] == 0
    if name in SWITCHES:
        assert min(distance[1:]) == max(distance[1:]) > 0, distance
    else:
        assert all(later > earlier for earlier, later in itertools.pairwise(distance)), distance


@pytest.mark.parametrize("name", ["token_drop", "typo", "switch_out", "aeda", "random_insertion"])
def test_what_a_weak_magnitude_changes_a_stronger_one_changes_too(name):
    """Nested draws: untouched words at a strong magnitude are untouched at a weak one."""
    batch = batch_of(PLAIN[:6])
    same = [sum(edit_distance(tokens_of(old), tokens_of(new)) for old, new in zip(PLAIN, strings(augmented(name, batch, level))))
            for level in (0.1, 0.2, 0.3, 0.4)]
    assert same == sorted(same)


@pytest.mark.parametrize("name", OPS)
@pytest.mark.parametrize("key", ["a", "b", "c"])
@pytest.mark.parametrize("magnitude", [0.3, 1.0])
def test_protected_spans_survive_in_the_same_order(name, key, magnitude):
    texts = GUARDED * 6
    for before, after in zip(texts, strings(augmented(name, batch_of(texts), magnitude, key=key))):
        place = 0
        for span in span_texts(before):
            assert span in after[place:], (before, after, span)
            place = after.index(span, place) + len(span)


@pytest.mark.parametrize("name", OPS)
def test_numbers_are_never_run_together(name):
    texts = ["5和6和7", "10个20个30", "有5，6。7"] * 20
    for before, after in zip(texts, strings(augmented(name, batch_of(texts), 0.9))):
        assert span_texts(after) == span_texts(before)


@pytest.mark.parametrize("name", OPS)
def test_combining_marks_and_emoji_stay_whole(name):
    texts = ["e\u0301ta\u0302t de\u0301ja\u0300 ve\u0301cu\u0323", "👩‍👩‍👧 👍🏽 🇩🇪🇫🇷 ok", "ที่นี่ น้ำ", "बूढ़ा चौकीदार हर"] * 10
    for before, after in zip(texts, strings(augmented(name, batch_of(texts), 0.7))):
        for whole in ("e\u0301", "u\u0323", "👩‍👩‍👧", "👍🏽", "🇩🇪", "ที่", "น้ำ"):
            if whole not in before:
                continue
            rest = after.upper().replace(whole.upper(), "").replace(whole, "")
            assert all(mark not in rest for mark in whole[1:] if mark not in before.replace(whole, "")), (name, after)


@pytest.mark.parametrize("name", OPS)
def test_the_same_streams_give_the_same_bytes_whatever_the_batch(name):
    magnitude = torch.linspace(0, 1, len(TEXTS))
    whole = strings(augmented(name, batch_of(TEXTS), magnitude))
    order = torch.randperm(len(TEXTS), generator=torch.Generator().manual_seed(0))
    for part in (order, torch.tensor([3]), torch.arange(10, 17), torch.tensor([12, 0])):
        texts = [TEXTS[at] for at in part]
        for width in (0, 300):
            alone = strings(augmented(name, batch_of(texts, width), magnitude[part], rows=part))
            assert alone == [whole[at] for at in part]


@pytest.mark.parametrize("name", OPS)
def test_parameters_replay_row_by_row_and_nothing_is_overwritten(name):
    op, batch = get_op(name, SETTING), {**batch_of(TEXTS, ROOM), "label": torch.arange(len(TEXTS))}
    kept = {key: tensor.clone() for key, tensor in batch.items()}
    parameters = op.draw(RowRandom(3, "t", rows=range(len(TEXTS))), torch.full((len(TEXTS),), 0.6), batch)
    first = op.apply(batch, parameters)
    some = op.apply(select(batch, [4, 9]), select(parameters, [4, 9]))
    assert strings(some) == [strings(first)[4], strings(first)[9]]
    assert all(torch.equal(batch[key], kept[key]) for key in batch), "the input was overwritten"
    assert torch.equal(first["label"], batch["label"])
    assert (first["text"].dtype, first["text_length"].dtype) == (torch.int32, torch.int64)
    for row, length in enumerate(first["text_length"].tolist()):
        assert not first["text"][row, length:].any(), "padding is not zero"


@pytest.mark.parametrize("name", OPS)
def test_no_text_is_emptied(name):
    for level in (0.5, 1.0):
        after = strings(augmented(name, batch_of(TEXTS), level))
        assert [bool(text.strip()) for text in after] == [bool(text.strip()) for text in TEXTS]


@pytest.mark.parametrize("name", [name for name in op_names("translation") if name in OPS])
def test_targets_are_touched_only_by_ops_that_touch_both_sides(name):
    batch = pairs(PLAIN, PLAIN[::-1])
    out = augmented(name, batch, 0.8)
    assert strings(out, "source") != PLAIN
    assert (strings(out, "target") != PLAIN[::-1]) == get_op(name).both_sides


@pytest.mark.parametrize("name", OPS)
def test_names_are_left_alone_on_request(name):
    text = "we told Anna Maria and Bob yesterday about Berlin again"
    setting = Setting(SETTING.vocabulary, True, SETTING.lexicon, SETTING.masked_lm)
    for after in strings(augmented(name, batch_of([text] * 30), 0.9, setting=setting)):
        places = [after.find(word) for word in ("Anna", "Maria", "Bob", "Berlin")]
        assert places == sorted(places)
        assert places[0] >= 0


ODDITIES = list("ab Z.  \n\t,;<>{}%$@#&:/_[]=+-19٣ é\u0301爱か\u3099\u200d👩👍🏽🇩🇪ก\u0e33\u0e49क\u094d!?。\u00a0\u202f\x00s(d)wΣß")


@pytest.mark.parametrize("name", OPS)
def test_random_mixtures_of_every_awkward_character_keep_their_spans_and_are_never_emptied(name):
    rng = np.random.default_rng(OPS.index(name))
    texts = ["".join(rng.choice(ODDITIES, length)) for length in rng.integers(0, 30, 400)]
    assert strings(augmented(name, batch_of(texts), 0.0)) == texts
    for before, after in zip(texts, strings(augmented(name, batch_of(texts), 0.6))):
        place = 0
        for span in span_texts(before):
            assert span in after[place:], (before, after, span)
            place = after.index(span, place) + len(span)
        assert bool(after.strip()) == bool(before.strip()), (before, after)
