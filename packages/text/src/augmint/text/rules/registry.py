"""The rules there are. Adding one takes a new file with a decorated class and its import in `rules/__init__.py`."""

from __future__ import annotations

import re
from typing import TypeVar

from augmint.core.errors import UserError, nearest
from augmint.text.ops.base import TASKS
from augmint.text.rules.base import Rule

_RULES: dict[str, type[Rule]] = {}
RuleClass = TypeVar("RuleClass", bound=type[Rule])


def register_rule(kind: RuleClass) -> RuleClass:
    """Class decorator: makes the rule available to rulebooks under `kind.name`.

    Raises:
        UserError: the class is no Rule, its name is not a lower-case word or is taken, it gives no reason or cost, or names no
            known task.
    """
    name = getattr(kind, "name", None)
    if not (isinstance(kind, type) and issubclass(kind, Rule)):
        raise UserError(f"{kind!r} is not a rule.", where="register_rule", fix="Subclass augmint.text.rules.Rule.")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise UserError(f"{kind.__name__}.name is {name!r}.", where="register_rule", fix="Give a lower-case word such as 'copy'.")
    if name in _RULES:
        raise UserError(f"The rule {name!r} is registered already.", where="register_rule", fix="Choose another name.")
    if not getattr(kind, "reason", None):
        raise UserError(f"{kind.__name__} gives no reason.", where="register_rule", fix="Say what a report says of rejected rows.")
    if not isinstance(getattr(kind, "cost", None), int | float):
        raise UserError(f"{kind.__name__} has no cost.", where="register_rule", fix="Give microseconds a row: the cheap run first.")
    if not getattr(kind, "tasks", None) or not kind.tasks <= set(TASKS):
        raise UserError(f"{kind.__name__}.tasks is {getattr(kind, 'tasks', None)!r}.", where="register_rule",
                        fix=f"Name those it makes sense for: {', '.join(TASKS)}.")
    _RULES[name] = kind
    return kind


def rule_names(task: str | None = None) -> tuple[str, ...]:
    """The names of all rules, or of a task's, in the order in which they run: cheapest first.

    Raises:
        UserError: there is no such task.

    Example:
        >>> rule_names("text-classification")
        ('broken', 'empty', 'repetition', 'near_duplicate')
    """
    if task is not None and task not in TASKS:
        raise UserError(f"There is no text task {task!r}.", where="rule_names", fix=nearest(str(task), TASKS))
    return tuple(sorted((name for name, kind in _RULES.items() if task is None or task in kind.tasks),
                        key=lambda name: (_RULES[name].cost, name)))


def get_rule(name: str) -> type[Rule]:
    """The rule of that name, not calibrated yet. Raises UserError naming the nearest rule."""
    if name not in _RULES:
        raise UserError(f"There is no rule {name!r}.", where="rules", fix=nearest(str(name), _RULES))
    return _RULES[name]
