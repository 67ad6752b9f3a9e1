"""YAML is read with the line of every key; what YAML would silently get wrong is refused."""

from __future__ import annotations

from typing import Any

import pytest

from augmint.core.errors import MissingExtraError, UserError
from augmint.core.pipeline.yaml_lines import Lines, apply_override, read_yaml


def test_keys_know_their_lines() -> None:
    _, lines = read_yaml("task: a\n\n# a comment\nsearch:\n  trials: 3\n  seeds:\n    - 1\n    - 2\n", "r.yaml")
    assert lines.where(("search", "trials")) == "r.yaml:5 search.trials"
    assert lines.where(("search", "seeds", 1)) == "r.yaml:8 search.seeds.1"
    assert lines.where(("search", "nowhere")) == "r.yaml:4 search.nowhere"
    assert lines.locate("search.trials") == "r.yaml:5 search.trials"
    assert lines.locate("train row 17") == "train row 17"


@pytest.mark.parametrize("text", ["1e-3", "1E-3", "1.e-3", "1.0e-3", "0.001"])
def test_numbers_with_an_exponent_are_numbers(text: str) -> None:
    assert read_yaml(f"rate: {text}", "r")[0] == {"rate": 0.001}


def test_words_that_look_like_numbers_stay_words() -> None:
    assert read_yaml("a: 1e\nb: e5\nc: '1e3'\nd: 1e3x", "r")[0] == {"a": "1e", "b": "e5", "c": "1e3", "d": "1e3x"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("# nothing\n", "empty"),
        ("- 1\n- 2", "a list"),
        ("just words", "the text"),
        ("a: 1\nb: 2\na: 3", "r.yaml:3 a: 'a' is given twice, first on line 1"),
        ("s:\n  x: 1\n  x: 2", "r.yaml:3 s.x: 'x' is given twice"),
        ("a: [1, 2", "r.yaml:"),
        ("a: b: c", "r.yaml:1:5"),
        ("a:\n\t- b", "r.yaml:2:1"),
        ("no: 1", "Put quotes"),
        ("? [a]\n: 1", "A key must be a word"),
        ("a: !!python/object:os.system {}", "not valid YAML"),
        ("a: &x [*x]", "contains itself"),
        ("a: 1\n---\nb: 2", "not valid YAML"),
        ("a: 2024-13-45", "not valid YAML"),
    ],
)
def test_text_that_is_no_recipe_names_its_place(text: str, words: str) -> None:
    with pytest.raises(UserError) as caught:
        read_yaml(text, "r.yaml")
    assert words in str(caught.value)
    assert str(caught.value).startswith("r.yaml")


def test_anchors_and_merges_work() -> None:
    values, _ = read_yaml("base: &b {x: 1}\nother: {<<: *b, y: 2}\nthird: *b", "r")
    assert values == {"base": {"x": 1}, "other": {"x": 1, "y": 2}, "third": {"x": 1}}


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        ("a.b=2", {"a": {"b": 2}}),
        ("a.c=x", {"a": {"b": 1, "c": "x"}}),
        ("n.m=1e-3", {"a": {"b": 1}, "n": {"m": 0.001}}),
        ("a.b=[1, 2]", {"a": {"b": [1, 2]}}),
        ("a.b=null", {"a": {"b": None}}),
        ("a.b=", {"a": {"b": None}}),
        ("a.b=x=y", {"a": {"b": "x=y"}}),
        ("a={d: 3}", {"a": {"d": 3}}),
    ],
)
def test_overrides_set_one_value(assignment: str, expected: dict[str, Any]) -> None:
    values: dict[str, Any] = {"a": {"b": 1}}
    lines = Lines("r")
    apply_override(values, assignment, lines)
    assert values == expected
    assert lines.where(assignment.split("=")[0].split(".")).startswith("--set ")


@pytest.mark.parametrize("assignment", ["a.b", "=1", "a..b=1", "a.b.c=1", "a.b=[1", "a.b={x: y: z}"])
def test_overrides_that_set_nothing_are_refused(assignment: str) -> None:
    with pytest.raises(UserError, match="--set"):
        apply_override({"a": {"b": 1}}, assignment, Lines("r"))


def test_later_errors_get_their_line_and_missing_extras_keep_their_command() -> None:
    _, lines = read_yaml("task: x\ngenerator: {name: y}", "r.yaml")
    with pytest.raises(UserError, match=r"^r.yaml:2 generator.name: No such. Do."), lines.located():
        raise UserError("No such.", where="generator.name", fix="Do.")
    with pytest.raises(MissingExtraError, match="pip install"), lines.located():
        raise MissingExtraError("Needs it.", "vision")
