"""The ops a policy may name. Adding one takes a new file with a decorated class and its import in `ops/__init__.py`."""

from __future__ import annotations

from augmint.audio.ops.base import TASKS, AudioOp, Setting
from augmint.core.interfaces.op_registry import OpRegistry

OPS: OpRegistry[AudioOp] = OpRegistry(AudioOp, "an audio op", "tempo", TASKS)
register = OPS.register


def op_names(task: str | None = None) -> tuple[str, ...]:
    """The names of all ops in alphabetical order, or of those that are safe for a task.

    Raises:
        UserError: there is no such task.

    Example:
        >>> set(op_names()) - set(op_names("speech-recognition"))
        {'shift'}
    """
    return OPS.names(task)


def get_op(name: str, setting: Setting | None = None) -> AudioOp:
    """The op of that name, knowing `setting`. Raises UserError naming the nearest op."""
    return OPS[name](setting)
