"""Fits YAML values to typed dataclasses, and says what does not fit, where, and what would."""

from __future__ import annotations

import dataclasses
import enum
import math
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import MISSING
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, Union

from augmint.core.errors import UserError, nearest
from augmint.core.pipeline.yaml_lines import Lines, article, dotted

T = TypeVar("T")
Where = tuple[str | int, ...]


class Misfit(Exception):
    """A value is not what is expected; `expected` reads after "must be"."""

    def __init__(self, expected: str, fix: str = "") -> None:
        super().__init__(expected)
        self.expected, self.fix = expected, fix


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """As `hints`; `Any` where an annotation cannot be resolved."""
    try:
        found = typing.get_type_hints(kind)
    except (NameError, TypeError, AttributeError):
        found = {}
    return {field.name: found.get(field.name, Any) for field in dataclasses.fields(kind) if field.init}


def hints(kind: Any) -> dict[str, Any]:
    """Name -> type of every field of a dataclass that its constructor takes."""
    return _hints(kind)


def build(kind: type[T], values: Any, path: Where, lines: Lines) -> T:
    """An instance of the dataclass `kind` out of a YAML section; null stands for all defaults.

    Raises:
        UserError: on an unknown key (naming the nearest), a missing one, a wrong type, or what the dataclass itself refuses.
    """
    given = fit_section(hints(kind), values, path, lines)
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        if field.init and field.default is MISSING and field.default_factory is MISSING and field.name not in given:
            raise UserError(f"{dotted((*path, field.name))!r} is missing.", where=lines.where(path) if path else lines.source,
                            fix=f"Add it: {describe(hints(kind)[field.name])}.")
    return construct(kind, given, path, lines)


def construct(kind: type[T], given: Mapping[str, Any], path: Where, lines: Lines) -> T:
    """`kind(**given)`, with the line added to what the dataclass says about a value."""
    try:
        with lines.located():
            return kind(**given)
    except UserError:
        raise
    except (ValueError, TypeError) as error:
        raise UserError(f"{error}", where=lines.where(path)) from error


def fit_section(known: Mapping[str, Any], values: Any, path: Where, lines: Lines) -> dict[str, Any]:
    """The given keys with their values fitted to the types in `known`."""
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        keys = ", ".join(list(known)[:6])
        raise UserError(f"{dotted(path)!r} must be a section of keys and values, not {article(values)}.", where=lines.where(path),
                        fix=f"Its keys are {keys}{', ...' if len(known) > 6 else ''}.")
    given = {}
    for name, value in values.items():
        here = (*path, name)
        if name not in known:
            raise UserError(f"There is no key {str(name)!r}{f' in {dotted(path)!r}' if path else ''}.", where=lines.where(here),
                            fix=nearest(str(name), known))
        given[name] = fit(value, known[name], here, lines)
    return given


def fit(value: Any, hint: Any, path: Where, lines: Lines) -> Any:
    """`value` as the type `hint` wants it.

    Raises:
        UserError: where it cannot be, naming the place.
    """
    try:
        return _fit(value, hint, path, lines)
    except Misfit as misfit:
        raise UserError(f"{dotted(path)!r} must be {misfit.expected}, not {article(value)}.", where=lines.where(path),
                        fix=misfit.fix) from None


def _fit(value: Any, hint: Any, path: Where, lines: Lines) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if origin in (Union, types.UnionType):
        return _fit_union(value, hint, arguments, path, lines)
    if origin is typing.Annotated:
        return _fit(value, arguments[0], path, lines)
    if origin is Literal:
        if value not in arguments:
            raise Misfit(describe(hint), nearest(value, [str(word) for word in arguments]) if isinstance(value, str) else "")
        return value
    kind = origin or hint
    if not isinstance(kind, type):
        return value
    if dataclasses.is_dataclass(kind):
        if isinstance(value, kind):
            return value
        if not isinstance(value, Mapping):
            raise Misfit(describe(hint))
        return build(kind, value, path, lines)
    if issubclass(kind, enum.Enum):
        return _fit_enum(value, kind)
    if kind in _SCALARS:
        return _SCALARS[kind](value)
    if issubclass(kind, (dict, Mapping)):
        return _fit_mapping(value, hint, arguments, path, lines)
    if issubclass(kind, (Sequence, set, frozenset)):
        return _fit_sequence(value, hint, kind, arguments, path, lines)
    return value


def _fit_union(value: Any, hint: Any, members: Sequence[Any], path: Where, lines: Lines) -> Any:
    if value is None and type(None) in members:
        return None
    members = [member for member in members if member is not type(None)]
    nested = [member for member in members if dataclasses.is_dataclass(member)]
    if isinstance(value, Mapping) and nested:
        return _fit(value, nested[0], path, lines)
    # The member whose type the value already has comes first, so that 3 stays an integer in `float | int`.
    kind: Any = type(value)
    for member in sorted(members, key=lambda member: kind is not (typing.get_origin(member) or member)):
        try:
            return _fit(value, member, path, lines)
        except Misfit as misfit:
            last = misfit
    raise Misfit(describe(hint), last.fix if len(members) == 1 else "")


def _fit_enum(value: Any, kind: type[enum.Enum]) -> Any:
    if isinstance(value, kind):
        return value
    for member in kind:
        if value == member.value:
            return member.value
    raise Misfit(describe(kind), nearest(str(value), [str(member.value) for member in kind]))


def _fit_mapping(value: Any, hint: Any, arguments: Sequence[Any], path: Where, lines: Lines) -> Any:
    if not isinstance(value, Mapping):
        raise Misfit(describe(hint))
    inner = arguments[1] if len(arguments) == 2 else Any
    return {name: fit(item, inner, (*path, name), lines) for name, item in value.items()}


def _fit_sequence(value: Any, hint: Any, kind: type, arguments: Sequence[Any], path: Where, lines: Lines) -> Any:
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, (Sequence, set, frozenset)):
        raise Misfit(describe(hint))
    fixed = kind is tuple and bool(arguments) and Ellipsis not in arguments
    if fixed and len(value) != len(arguments):
        raise Misfit(describe(hint))
    inner = list(arguments) if fixed else [arguments[0] if arguments else Any] * len(value)
    items = [fit(item, inner[position], (*path, position), lines) for position, item in enumerate(value)]
    return tuple(items) if kind is tuple else items


def _fit_bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Misfit("true or false")
    return value


def _fit_float(value: Any) -> float:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise Misfit("a number") from None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Misfit("a number")
    if not math.isfinite(value):
        raise Misfit("a finite number")
    return float(value)


def _fit_int(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        number = _fit_float(value)
    except Misfit:
        raise Misfit("a whole number") from None
    if not number.is_integer():
        raise Misfit("a whole number")
    return int(number)


def _fit_str(value: Any) -> str:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (bool, int, float)):
        raise Misfit("text", "YAML reads an unquoted no, yes, on, off or number as a value: put quotes around it.")
    if not isinstance(value, str):
        raise Misfit("text")
    return value


def _fit_path(value: Any) -> Path:
    return Path(_fit_str(value))


_SCALARS: dict[type, Any] = {bool: _fit_bool, float: _fit_float, int: _fit_int, str: _fit_str, Path: _fit_path}


def describe(hint: Any) -> str:
    """A type in words.

    Example:
        >>> describe(int | None), describe(list[int]), describe(Literal["a", "b"])
        ('a whole number or null', 'a list, each a whole number', "'a' or 'b'")
    """
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(describe(member) for member in arguments))
    if origin is Literal:
        return " or ".join(repr(word) for word in arguments)
    kind = origin or hint
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "text", Path: "a path", type(None): "null"}
    if kind in words:
        return words[kind]
    if not isinstance(kind, type):
        return "a value"
    if issubclass(kind, enum.Enum):
        return "one of " + ", ".join(str(member.value) for member in kind)
    if dataclasses.is_dataclass(kind):
        return "a section with " + ", ".join(field.name for field in dataclasses.fields(kind))
    kinds: list[Any] = [argument for argument in arguments if argument is not Ellipsis]
    each = f", each {describe(kinds[-1])}" if kinds and kinds[-1] is not Any else ""
    if issubclass(kind, Mapping):
        return f"a section of names and values{each}"
    return f"a list{each}" if issubclass(kind, (Sequence, set, frozenset)) else "a value"


def plain(value: Any) -> Any:
    """A value as YAML and JSON know it: sections as dicts, tuples as lists, paths as text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value) if field.init}
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, Path):
        return value.as_posix()
    return value
