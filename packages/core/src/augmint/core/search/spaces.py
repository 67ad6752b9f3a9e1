"""Between augmint's points and scikit-optimize's."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import Dimension, Point


def is_constant(dimension: Dimension) -> bool:
    """Whether the dimension has one value only; scikit-optimize refuses such, so they are left out there."""
    return len(dimension.choices) == 1 if dimension.kind == "categorical" else dimension.low == dimension.high


def check_dimensions(dimensions: Sequence[Dimension]) -> None:
    """Raise UserError on dimensions that nothing can be drawn from."""
    names = [dimension.name for dimension in dimensions]
    if not names or len(set(names)) < len(names):
        raise UserError(f"The dimensions are {names}.", where="policy space", fix="Give at least one, each with a name of its own.")
    for dimension in dimensions:
        where = f"policy space, dimension {dimension.name!r}"
        if dimension.kind == "categorical":
            if not dimension.choices or len(set(dimension.choices)) < len(dimension.choices):
                raise UserError(f"Its choices are {dimension.choices!r}.", where=where, fix="Give at least one, without repeats.")
        elif dimension.kind not in ("real", "integer"):
            fix = nearest(dimension.kind, ("real", "integer", "categorical"))
            raise UserError(f"Its kind is {dimension.kind!r}.", where=where, fix=fix)
        elif not (math.isfinite(dimension.low) and math.isfinite(dimension.high) and dimension.low <= dimension.high):
            fix = "Give finite numbers, low <= high."
            raise UserError(f"Its range is {dimension.low} to {dimension.high}.", where=where, fix=fix)


def checked_point(point: Mapping[str, Any], dimensions: Sequence[Dimension], where: str) -> Point:
    """`point` in plain Python and in the dimensions' order.

    Raises:
        UserError: a name is missing or unknown, or a value is outside its dimension.
    """
    known = [dimension.name for dimension in dimensions]
    for name in point:
        if name not in known:
            raise UserError(f"{name!r} is not a dimension of the space.", where=where, fix=nearest(str(name), known))
    checked: Point = {}
    for dimension in dimensions:
        if dimension.name not in point:
            raise UserError(f"The point has no value for {dimension.name!r}.", where=where, fix="Give every dimension a value.")
        checked[dimension.name] = _checked_value(point[dimension.name], dimension, where)
    return checked


def _checked_value(value: Any, dimension: Dimension, where: str) -> Any:
    if dimension.kind == "categorical":
        if value in dimension.choices:
            return str(value)
        raise UserError(f"{dimension.name} is {value!r}.", where=where, fix=nearest(str(value), dimension.choices))
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    whole = dimension.kind == "integer"
    if not dimension.low <= number <= dimension.high or (whole and number != round(number)):
        kind = "a whole number" if whole else "a number"
        raise UserError(f"{dimension.name} is {value!r}.", where=where, fix=f"Give {kind} in [{dimension.low}, {dimension.high}].")
    return round(number) if whole else number


class SkoptSpace:
    """The free dimensions as `skopt.space` has them.

    Attributes:
        dimensions: augmint's, all of them.
        free: those with more than one value, in order: the coordinates of an skopt point.
    """

    def __init__(self, dimensions: Sequence[Dimension]) -> None:
        self.dimensions = tuple(dimensions)
        self.free = tuple(dimension for dimension in self.dimensions if not is_constant(dimension))

    def skopt_dimensions(self) -> list[Any]:
        from skopt.space import Categorical, Integer, Real

        made: list[Any] = []
        for dimension in self.free:
            if dimension.kind == "categorical":
                made.append(Categorical(list(dimension.choices), name=dimension.name))
            elif dimension.kind == "integer":
                made.append(Integer(int(dimension.low), int(dimension.high), name=dimension.name))
            else:
                made.append(Real(float(dimension.low), float(dimension.high), name=dimension.name))
        return made

    def to_skopt(self, point: Point) -> list[Any]:
        return [point[dimension.name] for dimension in self.free]

    def from_skopt(self, coordinates: Sequence[Any]) -> Point:
        """A point of plain Python values, clipped into the ranges (skopt can overstep by rounding)."""
        values = dict(zip((dimension.name for dimension in self.free), coordinates, strict=True))
        point: Point = {}
        for dimension in self.dimensions:
            if dimension.kind == "categorical":
                point[dimension.name] = str(values.get(dimension.name, dimension.choices[0]))
                continue
            number = min(max(float(values.get(dimension.name, dimension.low)), float(dimension.low)), float(dimension.high))
            point[dimension.name] = round(number) if dimension.kind == "integer" else number
        return point

    def columns(self) -> int:
        """Width of a point as the surrogate sees it: a category of three or more is one-hot."""
        return sum(len(dimension.choices) if len(dimension.choices) > 2 else 1 for dimension in self.free)

    def size(self) -> float:
        """How many points there are; infinite with a free real dimension."""
        total = 1.0
        for dimension in self.free:
            if dimension.kind == "real":
                return math.inf
            total *= len(dimension.choices) if dimension.kind == "categorical" else int(dimension.high) - int(dimension.low) + 1
        return total
