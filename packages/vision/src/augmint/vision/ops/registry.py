"""The ops a policy may name. Adding one takes a new file with a decorated class and its import in `ops/__init__.py`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import Op

_OPS: dict[str, Op] = {}
OpClass = TypeVar("OpClass", bound=type[Op])


def register(kind: OpClass) -> OpClass:
    """Class decorator: makes the op available to policies under `kind.name`.

    Raises:
        UserError: the class is no Op, its name is not a lower-case word, or the name is taken.
    """
    name = getattr(kind, "name", None)
    if not (isinstance(kind, type) and issubclass(kind, Op)):
        raise UserError(f"{kind!r} is not an op.", where="register", fix="Subclass augmint.core.interfaces.Op.")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise UserError(f"{kind.__name__}.name is {name!r}.", where="register", fix="Give a lower-case word such as 'rotate'.")
    if name in _OPS:
        raise UserError(f"The op {name!r} is registered already.", where="register", fix="Choose another name.")
    _OPS[name] = kind()
    return kind


def ops() -> Mapping[str, Op]:
    """Name -> op, a read-only view of everything registered.

    Example:
        >>> sorted(ops())[:3]
        ['auto_contrast', 'blur', 'brightness']
    """
    return MappingProxyType(_OPS)


def get_op(name: str) -> Op:
    """The op of that name. Raises UserError naming the nearest op."""
    if name not in _OPS:
        raise UserError(f"There is no op {name!r}.", where="policy", fix=nearest(str(name), _OPS))
    return _OPS[name]
