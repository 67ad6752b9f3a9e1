"""Values fit their types, or the message says what would."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from augmint.core.errors import UserError
from augmint.core.pipeline.recipe_schema import build, fit, plain
from augmint.core.pipeline.yaml_lines import Lines


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Inner:
    size: int = 1


@dataclass(frozen=True)
class Outer:
    name: str
    inner: Inner = field(default_factory=Inner)
    rate: float | None = None
    seeds: Sequence[int] = (0, 1)
    place: Path = Path("x")


@pytest.mark.parametrize(
    ("value", "hint", "expected"),
    [
        (3, int, 3),
        (3.0, int, 3),
        (1000.0, int | None, 1000),
        ("7", int, 7),
        (3, float, 3.0),
        ("1e-3", float, 0.001),
        (3, int | float, 3),
        (3.5, int | float, 3.5),
        (3, float | int, 3),
        (None, int | None, None),
        ("a", str | list[str], "a"),
        (["a"], str | list[str], ["a"]),
        ([1, 2], tuple[int, ...], (1, 2)),
        ((1, 2), Sequence[int], [1, 2]),
        ({"a": 1}, Mapping[str, float], {"a": 1.0}),
        ("red", Colour, "red"),
        ("red", Colour | str, "red"),
        ("a", Literal["a", "b"], "a"),
        ("x/y", Path, Path("x/y")),
        ({"per_class": 3}, int | Mapping[str, int] | None, {"per_class": 3}),
        (object, Any, object),
    ],
)
def test_values_fit(value: Any, hint: Any, expected: Any) -> None:
    fitted = fit(value, hint, ("key",), Lines())
    assert fitted == expected
    assert type(fitted) is type(expected)


@pytest.mark.parametrize(
    ("value", "hint", "words"),
    [
        ("fast", float, "a number, not the text 'fast'"),
        (True, float, "a number, not true"),
        (True, int, "a whole number, not true"),
        (1.5, int, "a whole number, not the number 1.5"),
        (float("nan"), float, "a finite number"),
        (float("inf"), float, "a finite number"),
        ("nan", float, "a finite number"),
        (None, int, "a whole number, not null"),
        (3, str, "put quotes around it"),
        (False, str, "put quotes around it"),
        ("yes", bool, "true or false"),
        (1, bool, "true or false"),
        ("ab", list[str], "a list"),
        ({"a": 1}, list[int], "a list"),
        ([1], Mapping[str, int], "a section"),
        ("c", Literal["a", "b"], "'a' or 'b'"),
        ("rde", Colour, "Did you mean 'red'?"),
        ([1, 2, 3], tuple[int, int], "a list"),
        ([1, "x"], list[int], "'key.1' must be a whole number"),
    ],
)
def test_what_does_not_fit_is_named(value: Any, hint: Any, words: str) -> None:
    with pytest.raises(UserError, match="'key") as caught:
        fit(value, hint, ("key",), Lines())
    assert words in str(caught.value)


def test_sections_nest_and_come_back_as_plain_values() -> None:
    outer = build(Outer, {"name": "a", "inner": {"size": 4}, "rate": 1, "seeds": [3]}, (), Lines())
    assert outer == Outer("a", Inner(4), 1.0, [3])
    assert plain(outer) == {"name": "a", "inner": {"size": 4}, "rate": 1.0, "seeds": [3], "place": "x"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"inner": {}}, "'name' is missing"),
        ({"name": "a", "iner": {}}, "Did you mean 'inner'?"),
        ({"name": "a", "inner": {"sise": 1}}, "no key 'sise' in 'inner'. Did you mean 'size'?"),
        ({"name": "a", "inner": 3}, "a section with size"),
        ([], "section"),
    ],
)
def test_sections_that_do_not_fit(values: Any, words: str) -> None:
    with pytest.raises(UserError) as caught:
        build(Outer, values, (), Lines())
    assert words in str(caught.value)
