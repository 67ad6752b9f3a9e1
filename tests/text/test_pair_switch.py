"""Words and their translations are found in pairs, and replaced together."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, RowRandom, select
from augmint.core.interfaces.strings import to_strings, to_tensors
from augmint.core.testing import check_op
from augmint.text.lexicon import collect_lexicon
from augmint.text.ops import Setting, get_op
from augmint.text.policy import TextPolicy, TextPolicySpace

sys.path.insert(0, str(Path(__file__).parent))
from tiny_models import pairs

LEXICON = (("Hund", "dog"), ("Mund", "fog"), ("Katze", "cat"), ("rot", "red"), ("tot", "bed"))
SOURCES = ["Der Hund, rot!", "Hund und Hund", "Eine Katze 12", "rot", "Der Hund ist da."]
TARGETS = ["The dog, red!", "dog and dog", "A cat 12", "blue", "The (dog) is there."]


def batch_of(sources: list[str], targets: list[str]) -> Batch:
    batch: Batch = {}
    for role, texts in (("source", sources), ("target", targets)):
        batch[role], batch[f"{role}_length"] = to_tensors(texts)
    return batch


def switched(batch: Batch, magnitude: float = 1.0, lexicon: tuple[tuple[str, str], ...] = LEXICON) -> list[tuple[str, str]]:
    count = len(batch["source"])
    op = get_op("pair_switch", Setting(lexicon=lexicon))
    rng = RowRandom(0, "switch", rows=range(count))
    out = op.apply(batch, op.draw(rng, torch.full((count,), magnitude), batch))
    sides = (to_strings(out[role], out[f"{role}_length"]) for role in ("source", "target"))
    return list(zip(*sides, strict=True))


def test_both_sides_change_together_and_only_words_that_stand_once_and_have_a_stand_in() -> None:
    found = switched(batch_of(SOURCES, TARGETS))
    assert found[0] == ("Der Mund, tot!", "The fog, bed!")
    assert found[1:4] == list(zip(SOURCES, TARGETS, strict=True))[1:4]
    assert found[4] == ("Der Mund ist da.", "The (fog) is there.")


def test_magnitude_0_changes_nothing_and_a_weak_one_changes_part_of_what_a_stronger_one_does() -> None:
    batch = batch_of(SOURCES[:1] * 100, TARGETS[:1] * 100)
    plain = [(SOURCES[0], TARGETS[0])] * 100
    assert switched(batch, 0.0) == plain
    some, more = (switched(batch, magnitude) for magnitude in (0.3, 0.7))
    changed = [[row for row in range(100) if part[row] != plain[row]] for part in (some, more)]
    assert 20 < len(changed[0]) < len(changed[1]) <= 100
    assert set(changed[0]) <= set(changed[1])


def test_the_op_keeps_the_contract_of_ops_and_a_row_is_alike_in_any_batch() -> None:
    batch = batch_of(SOURCES * 4, TARGETS * 4)
    whole = switched(batch, 0.5)
    op = get_op("pair_switch", Setting(lexicon=LEXICON))
    check_op(op, batch_of([*SOURCES[:1], SOURCES[4]] * 4, [*TARGETS[:1], TARGETS[4]] * 4))
    rows = [3, 16, 5]
    part = select(batch, torch.tensor(rows))
    out = op.apply(part, op.draw(RowRandom(0, "switch", rows=rows), torch.full((3,), 0.5), part))
    sides = (to_strings(out[role], out[f"{role}_length"]) for role in ("source", "target"))
    assert list(zip(*sides, strict=True)) == [whole[row] for row in rows]


def test_a_lexicon_is_needed_and_texts_without_a_pair_stay() -> None:
    with pytest.raises(UserError, match="no pairs of words"):
        switched(batch_of(SOURCES, TARGETS), lexicon=())
    points, lengths = to_tensors(["Hund"])
    op = get_op("pair_switch", Setting(lexicon=LEXICON))
    alone = {"text": points, "text_length": lengths}
    rng = RowRandom(0, rows=[0])
    assert torch.equal(op.apply(alone, op.draw(rng, torch.ones(1), alone))["text"], points)


def test_the_lexicon_of_real_pairs_holds_translations_and_travels_with_the_policy() -> None:
    sources, targets = pairs(2000)
    lexicon = collect_lexicon(sources, targets)
    assert len(lexicon) > 50
    known = {("Italien", "Italy"), ("Minuten", "minutes"), ("Arabisch", "Arabic"), ("Kenia", "Kenya"), ("Schweiz", "Switzerland")}
    assert known <= set(lexicon)
    space = TextPolicySpace("translation", lexicon=lexicon)
    policy = space.decode(space.starts()["pair_switch"])
    assert policy.lexicon == lexicon
    assert TextPolicy.from_dict(policy.to_dict()) == policy
    assert space.decode(space.starts()["standard"]).lexicon == ()
    assert "pair_switch" not in {dimension.name for dimension in TextPolicySpace("translation").dimensions}


def test_a_lexicon_that_is_none_is_named() -> None:
    with pytest.raises(UserError, match="lexicon"):
        TextPolicy(lexicon=(("a",),))  # type: ignore[arg-type]


def test_the_space_has_no_switch_where_words_are_single_characters() -> None:
    chinese = (("狗", "dog"), ("猫", "cat"), ("红", "red"))
    assert "pair_switch" not in TextPolicySpace("translation", lexicon=chinese).ops
    assert "pair_switch" in TextPolicySpace("translation", lexicon=LEXICON).ops
