"""The ops a policy may name. Adding one takes a new file with a decorated class and its import in `ops/__init__.py`."""

from __future__ import annotations

from augmint.core.interfaces.op_registry import OpRegistry
from augmint.text.ops.base import TASKS, Setting, TextOp

OPS: OpRegistry[TextOp] = OpRegistry(TextOp, "a text op", "typo", TASKS)
register_op = OPS.register


def op_names(task: str | None = None) -> tuple[str, ...]:
    """The names of all ops in alphabetical order, or of those that are safe for a task.

    Raises:
        UserError: there is no such task.

    Example:
        >>> op_names("translation")
        ('adjacent_swap', 'end_punctuation', 'lower', 'masked_word', 'pair_switch', 'switch_out', 'token_drop', 'typo', 'upper')
    """
    return OPS.names(task)


def get_op(name: str, setting: Setting | None = None) -> TextOp:
    """The op of that name, knowing `setting`. Raises UserError naming the nearest op."""
    return OPS[name](setting)
