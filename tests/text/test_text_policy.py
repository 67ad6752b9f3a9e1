"""Text policies: per-row draws, concatenation, JSON, and what they say about wrong input."""

import json
import sys
from pathlib import Path

import pytest
import torch

from augmint.core.errors import UserError
from augmint.core.interfaces import MintSettings, RowRandom
from augmint.core.testing import check_policy
from augmint.text.ops import op_names
from augmint.text.policy import Concatenation, Stage, TextPolicy, standard_policy

sys.path.insert(0, str(Path(__file__).parent))
from real_texts import GUARDED, PLAIN, SETTING, TEXTS, batch_of, pairs, span_texts, strings

ALL = dict.fromkeys((name for name in op_names() if name != "round_trip"), 1.0)  # which wants models: see test_round_trip.py
EVERY_OP = TextPolicy((Stage(ALL, 0.9, (0.05, 0.5)),) * 3, vocabulary=SETTING.vocabulary,
                      lexicon=(("and", "und"), ("end", "End"), ("the", "der"), ("she", "sie")), masked_lm=SETTING.masked_lm)
JOINED = TextPolicy((Stage({"typo": 1.0}),), Concatenation(0.6), MintSettings(share=0.25), protect_names=True)
POLICIES = {"nothing": TextPolicy(), "every op": EVERY_OP, "joined": JOINED, "translation": standard_policy("translation"),
            "classification": standard_policy("text-classification"), "generation": standard_policy("text-generation")}
NAMES = sorted(POLICIES)


def stream(n: int, key: str = "t") -> RowRandom:
    return RowRandom(0, key, rows=range(n))


@pytest.mark.parametrize("name", NAMES)
def test_every_policy_keeps_the_contract_of_policies(name):
    check_policy(POLICIES[name], batch_of(PLAIN[:4] + GUARDED[:2], 900))
    both = {**batch_of(PLAIN[:4], 900, "source"), **batch_of(PLAIN[4:8], 900, "target"), "label": torch.arange(4)}
    check_policy(POLICIES[name], both)


@pytest.mark.parametrize("name", NAMES)
def test_a_row_does_not_depend_on_the_rows_beside_it(name):
    whole = strings(POLICIES[name].augment(batch_of(TEXTS), stream(len(TEXTS))))
    order = torch.randperm(len(TEXTS), generator=torch.Generator().manual_seed(0))
    for part in (order, torch.tensor([5]), torch.arange(10, 17)):
        alone = POLICIES[name].augment(batch_of([TEXTS[at] for at in part]), RowRandom(0, "t", rows=part))
        assert strings(alone) == [whole[at] for at in part]


def test_stages_follow_one_another_and_other_entries_stay():
    policy = TextPolicy((Stage({"upper": 1}), Stage({"end_punctuation": 1})))
    batch = {**pairs(["One two.", "Three!"], ["Eins zwei.", "Drei"]), "label": torch.arange(2)}
    kept = {name: tensor.clone() for name, tensor in batch.items()}
    out = policy.augment(batch, stream(2))
    assert (strings(out, "source"), strings(out, "target")) == (["ONE TWO", "THREE!"], ["EINS ZWEI", "DREI"])
    assert out["label"] is batch["label"]
    assert all(torch.equal(batch[name], kept[name]) for name in batch)


def test_protected_spans_survive_whole_policies():
    texts = GUARDED * 20
    for before, after in zip(texts, strings(EVERY_OP.augment(batch_of(texts), stream(len(texts))))):
        place = 0
        for span in span_texts(before):
            assert span in after[place:]
            place = after.index(span, place) + len(span)


def test_probability_weights_and_magnitude_are_respected():
    stage = Stage({"typo": 3, "token_drop": 1}, probability=0.4, magnitude=(0.2, 0.6))
    choice, magnitude = stage.draw(stream(20_000))
    shares = [(choice == at).mean() for at in (-1, 0, 1)]
    assert all(abs(share - wanted) < 0.015 for share, wanted in zip(shares, (0.6, 0.3, 0.1)))
    assert 0.2 <= float(magnitude.min()) < 0.21
    assert 0.59 < float(magnitude.max()) <= 0.6


def test_concatenation_joins_the_two_sides_of_the_same_two_pairs():
    sources, targets = [f"s{at}" for at in range(40)], [f"t{at}" for at in range(40)]
    out = TextPolicy(concatenation=Concatenation(0.5)).mix(pairs(sources, targets), stream(40))
    joined = 0
    for at, (source, target) in enumerate(zip(strings(out, "source"), strings(out, "target"))):
        assert source.replace("s", "t") == target
        assert source.split(" ")[0] == f"s{at}"
        joined += " " in source
    assert 10 < joined < 30


def test_concatenation_puts_no_space_between_scripts_without_spaces_and_none_twice():
    def joins(texts: list[str]) -> set[str]:
        return set(strings(Concatenation(1.0)(batch_of(texts), stream(2))))

    assert joins(["你好。", "再见。"]) == {"你好。再见。", "再见。你好。"}
    assert joins(["Hi.", "Bye."]) == {"Hi. Bye.", "Bye. Hi."}
    assert joins(["Hi. ", "Bye."]) == {"Hi. Bye.", "Bye. Hi. "}
    assert joins(["", "Bye."]) == {"", "Bye."}


def test_concatenation_leaves_rows_alone_that_would_get_too_long():
    assert strings(Concatenation(1.0, longest=7)(batch_of(["four", "six"]), stream(2))) == ["four", "six"]
    assert strings(Concatenation(1.0, longest=8)(batch_of(["four", "six"]), stream(2))) == ["four six", "six four"]
    assert strings(Concatenation(1.0)(batch_of(["alone"]), stream(1))) == ["alone"]


@pytest.mark.parametrize("name", NAMES)
def test_policies_survive_json(name):
    policy = POLICIES[name]
    again = TextPolicy.from_dict(json.loads(json.dumps(policy.to_dict())))
    assert again == policy
    assert hash(again) == hash(policy)
    assert again.fingerprint == policy.fingerprint


def test_different_policies_have_different_fingerprints():
    assert len({policy.fingerprint for policy in POLICIES.values()}) == len(POLICIES)


@pytest.mark.parametrize(("change", "message"), [
    ({"stages": [{"ops": {"tpyo": 1}}]}, "Did you mean 'typo'"),
    ({"stages": [{"ops": {}}]}, "at least one op"),
    ({"stages": [{}]}, "has no ops"),
    ({"stages": {"ops": {}}}, "list of stages"),
    ({"stages": [{"ops": {"typo": 0}}]}, "Leave the op out"),
    ({"stages": [{"ops": {"typo": 1}, "probability": 1.2}]}, r"number in \[0, 1\]"),
    ({"stages": [{"ops": {"typo": 1}, "magnitude": [0.7, 0.2]}]}, "runs from 0.7 down to 0.2"),
    ({"stages": [{"ops": {"typo": 1}, "magnitude": 1}]}, r"Give \[low, high\]"),
    ({"stages": [{"ops": {"typo": 1}, "probabilty": 1}]}, "Did you mean 'probability'"),
    ({"mix": {"concatenation": {"probability": 2}}}, r"number in \[0, 1\]"),
    ({"mix": {"concatenation": {"probability": 0.5, "longest": 0}}}, "1 or more"),
    ({"mix": {"concatenate": {}}}, "Did you mean 'concatenation'"),
    ({"mint": {"shares": 0.5}}, "Did you mean 'share'"),
    ({"vocabulary": {"sources": ["a"]}}, "Did you mean 'source'"),
    ({"vocabulary": {"source": "abc"}}, "no list of words"),
    ({"vocabulary": {"source": ["a", ""]}}, "no list of words"),
    ({"protect_names": 1}, "true or false"),
    ({"version": 2}, "version 2"),
    ({"modality": "vision"}, "not for text"),
    ({"stage": []}, "Did you mean 'stages'"),
])
def test_wrong_policies_say_what_is_wrong(change, message):
    with pytest.raises(UserError, match=message):
        TextPolicy.from_dict({**TextPolicy().to_dict(), **change})


def test_empty_batches_pass():
    assert strings(EVERY_OP(batch_of([]), stream(0))) == []
    assert strings(EVERY_OP(batch_of(["", ""]), stream(2))) == ["", ""]
