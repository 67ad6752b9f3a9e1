"""The ops a policy may name. Adding one takes a new file with a decorated class and its import in `ops/__init__.py`."""

from __future__ import annotations

import re
from typing import TypeVar

from augmint.audio.ops.base import TASKS, AudioOp, Setting
from augmint.core.errors import UserError, nearest

_OPS: dict[str, type[AudioOp]] = {}
OpClass = TypeVar("OpClass", bound=type[AudioOp])


def register(kind: OpClass) -> OpClass:
    """Class decorator: makes the op available to policies under `kind.name`.

    Raises:
        UserError: the class is no AudioOp, its name is not a lower-case word, the name is taken, or it names no known task.
    """
    name = getattr(kind, "name", None)
    if not (isinstance(kind, type) and issubclass(kind, AudioOp)):
        raise UserError(f"{kind!r} is not an audio op.", where="register", fix="Subclass augmint.audio.ops.AudioOp.")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise UserError(f"{kind.__name__}.name is {name!r}.", where="register", fix="Give a lower-case word such as 'tempo'.")
    if name in _OPS:
        raise UserError(f"The op {name!r} is registered already.", where="register", fix="Choose another name.")
    if not kind.tasks or not kind.tasks <= set(TASKS):
        raise UserError(
            f"{kind.__name__}.tasks is {kind.tasks!r}.", where="register", fix=f"Name those it is safe for: {', '.join(TASKS)}."
        )
    _OPS[name] = kind
    return kind


def op_names(task: str | None = None) -> tuple[str, ...]:
    """The names of all ops in alphabetical order, or of those that are safe for a task.

    Raises:
        UserError: there is no such task.

    Example:
        >>> set(op_names()) - set(op_names("speech-recognition"))
        {'shift'}
    """
    if task is not None and task not in TASKS:
        raise UserError(f"There is no audio task {task!r}.", where="op_names", fix=nearest(str(task), TASKS))
    return tuple(sorted(name for name, kind in _OPS.items() if task is None or task in kind.tasks))


def get_op(name: str, setting: Setting | None = None) -> AudioOp:
    """The op of that name, knowing `setting`. Raises UserError naming the nearest op."""
    if name not in _OPS:
        raise UserError(f"There is no op {name!r}.", where="policy", fix=nearest(str(name), _OPS))
    return _OPS[name](setting)
