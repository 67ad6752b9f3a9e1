"""The ops a policy may name. Adding one takes a new file with a decorated class and its import in `ops/__init__.py`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from augmint.core.interfaces import Op
from augmint.core.interfaces.op_registry import OpRegistry

OPS: OpRegistry[Any] = OpRegistry(Op, "an op", "rotate")
register = OPS.register


def ops() -> Mapping[str, Op]:
    """Name -> op, a read-only view of everything registered.

    Example:
        >>> sorted(ops())[:3]
        ['auto_contrast', 'blur', 'brightness']
    """
    return MappingProxyType({name: get_op(name) for name in OPS})


@cache
def get_op(name: str) -> Op:
    """The op of that name. Raises UserError naming the nearest op."""
    op: Op = OPS[name]()
    return op
