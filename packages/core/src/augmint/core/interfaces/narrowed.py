"""A space less what the user rules out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from augmint.core.errors import UserError, nearest
from augmint.core.interfaces.policy import Dimension, Point, Policy, PolicySpace


class NarrowedSpace(PolicySpace):
    """Dimensions that are ruled out stay where "identity" has them: mirroring where classes are letters, say, or speed where they
    are pitches.

    Args:
        space: all of it.
        exclude: names of dimensions.

    Raises:
        UserError: there is no such dimension, or none is left.
    """

    def __init__(self, space: PolicySpace, exclude: Sequence[str]) -> None:
        known = [dimension.name for dimension in space.dimensions]
        for name in exclude:
            if name not in known:
                holder = space.holder(name)
                fix = f"{name!r} is an op of {holder!r}: exclude that." if holder in known else nearest(name, known)
                raise UserError(f"There is no dimension {name!r}.", where="search.exclude", fix=fix)
        self.space, self.exclude = space, tuple(exclude)
        self._dimensions = [dimension for dimension in space.dimensions if dimension.name not in self.exclude]
        if not self._dimensions:
            raise UserError("Nothing is left to search.", where="search.exclude", fix="Leave some dimensions in.")
        identity = space.starts()["identity"]
        self._fixed = {name: identity[name] for name in self.exclude}

    @property
    def dimensions(self) -> Sequence[Dimension]:
        return self._dimensions

    def decode(self, point: Point) -> Policy:
        return self.space.decode({**point, **self._fixed})

    def starts(self) -> Mapping[str, Point]:
        """Those of the space without what is ruled out; each once."""
        found: dict[str, Point] = {}
        for name, start in self.space.starts().items():
            point = {key: value for key, value in start.items() if key not in self._fixed}
            if point not in found.values():
                found[name] = point
        return found
