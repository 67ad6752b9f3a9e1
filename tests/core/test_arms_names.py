"""Arm names and the recipe's compare section."""

import pytest

from augmint.core.errors import UserError
from augmint.core.evaluation import Arm, CompareArguments, arms, parse_arm, parse_arms, register_extra


@pytest.mark.parametrize(("name", "arm"), [
    ("original", Arm("original")),
    ("standard", Arm("standard", "standard")),
    ("policy", Arm("policy", "policy")),
    ("minted", Arm("minted", None, "minted")),
    ("pseudo-labelled", Arm("pseudo-labelled", None, "pseudo-labelled")),
    ("policy+minted", Arm("policy+minted", "policy", "minted")),
    ("minted + policy", Arm("policy+minted", "policy", "minted")),
    ("pseudo-labelled+standard", Arm("standard+pseudo-labelled", "standard", "pseudo-labelled")),
])
def test_names_are_read_in_any_order_and_made_canonical(name, arm):
    assert parse_arm(name) == arm
    assert parse_arm(arm.name) == arm


@pytest.mark.parametrize(("name", "message"), [
    ("polcy+minted", "Did you mean 'policy'"),
    ("pseudo-labeled", "Did you mean 'pseudo-labelled'"),
    ("original+minted", 'leave "original\\+" out'),
    ("standard+policy", "two ops parts"),
    ("minted+pseudo-labelled", "two rows parts"),
    ("policy+", "not known"),
    ("", "not an arm"),
    (None, "not an arm"),
])
def test_a_wrong_name_says_what_to_do(name, message):
    with pytest.raises(UserError, match=message) as caught:
        parse_arm(name)
    assert caught.value.where == "compare.arms"


def test_the_same_arm_twice_is_an_error_in_any_spelling():
    with pytest.raises(UserError, match="is there twice"):
        parse_arms(["policy+minted", "minted+policy"])


def test_arms_are_ordered_from_simple_to_complex():
    names = ["original", "standard", "policy", "pseudo-labelled", "policy+pseudo-labelled", "minted", "policy+minted"]
    assert sorted(set(names), key=lambda name: parse_arm(name).complexity) == names
    assert [name for name in names if parse_arm(name).is_baseline] == ["original", "standard"]


def test_another_kind_of_rows_can_be_registered(monkeypatch):
    monkeypatch.setattr(arms, "_EXTRAS", list(arms._EXTRAS))
    register_extra("back-translated")
    register_extra("back-translated")
    assert parse_arm("back-translated+policy").name == "policy+back-translated"
    assert parse_arm("back-translated").complexity < parse_arm("minted").complexity
    with pytest.raises(ValueError, match="cannot name"):
        register_extra("original")


def test_the_defaults_are_those_of_the_recipe():
    compare = CompareArguments()
    assert compare.seeds == (0, 1, 2, 3, 4)
    assert compare.arms == ("original", "standard", "policy", "minted", "policy+minted")


def test_names_are_kept_canonical():
    assert CompareArguments(arms=["standard", "original", "minted+policy"]).arms == ("standard", "original", "policy+minted")


@pytest.mark.parametrize(("given", "where", "message"), [
    ({"seeds": []}, "compare.seeds", "no seeds"),
    ({"seeds": [3]}, "compare.seeds", "at least 2"),
    ({"seeds": [0, 0, 1]}, "compare.seeds", "twice"),
    ({"seeds": [0, -1]}, "compare.seeds", "whole numbers"),
    ({"seeds": [0, 1.5]}, "compare.seeds", "whole numbers"),
    ({"seeds": [True, False]}, "compare.seeds", "whole numbers"),
    ({"seeds": 5}, "compare.seeds", "whole numbers"),
    ({"arms": []}, "compare.arms", "Give a list"),
    ({"arms": "original"}, "compare.arms", "Give a list"),
    ({"arms": ["original", "policy"]}, "compare.arms", "'standard' is missing"),
    ({"arms": ["standard", "policy"]}, "compare.arms", "'original' is missing"),
    ({"arms": ["original", "standard", "standard"]}, "compare.arms", "twice"),
    ({"arms": ["original", "standard", "minced"]}, "compare.arms", "Did you mean 'minted'"),
])
def test_a_wrong_compare_section_is_refused_where_it_is_wrong(given, where, message):
    with pytest.raises(UserError, match=message) as caught:
        CompareArguments(**given)
    assert caught.value.where == where
