"""The ops of a modality by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from augmint.core.errors import UserError, nearest
from augmint.core.interfaces.policy import Op

OpT = TypeVar("OpT", bound=Op)
OpClass = TypeVar("OpClass", bound=type)


class OpRegistry(Mapping[str, type[OpT]], Generic[OpT]):
    """Name -> class of every op that was registered.

    Args:
        kind: what all of them subclass.
        what: such ops in words, "an audio op", say.
        example: a name of one.
        tasks: tasks that an op may be safe for, each of which it then says in `tasks`; () where ops don't.
    """

    def __init__(self, kind: Any, what: str, example: str, tasks: Sequence[str] = ()) -> None:
        self.kind, self.what, self.example, self.tasks = kind, what, example, tuple(tasks)
        self._found: dict[str, type[OpT]] = {}

    def register(self, op: OpClass) -> OpClass:
        """Class decorator: makes the op available to policies under `op.name`.

        Raises:
            UserError: the class is of another kind, its name is not a lower-case word or taken, or it names no known task.
        """
        name, where = getattr(op, "name", None), "register"
        if not (isinstance(op, type) and issubclass(op, self.kind)):
            raise UserError(f"{op!r} is not {self.what}.", where=where, fix=f"Subclass {self.kind.__name__}.")
        if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            fix = f"Give a lower-case word such as {self.example!r}."
            raise UserError(f"{op.__name__}.name is {name!r}.", where=where, fix=fix)
        if name in self._found:
            raise UserError(f"The op {name!r} is registered already.", where=where, fix="Choose another name.")
        safe = getattr(op, "tasks", None)
        if self.tasks and not (safe and set(safe) <= set(self.tasks)):
            fix = f"Name those it is safe for: {', '.join(self.tasks)}."
            raise UserError(f"{op.__name__}.tasks is {safe!r}.", where=where, fix=fix)
        self._found[name] = op
        return op

    def names(self, task: str | None = None) -> tuple[str, ...]:
        """All in alphabetical order, or those that are safe for a task. Raises UserError where there is no such task."""
        if task is not None and task not in self.tasks:
            raise UserError(f"There is no task {task!r} of such ops.", where="op_names", fix=nearest(str(task), self.tasks))
        return tuple(sorted(name for name, op in self._found.items() if task is None or task in getattr(op, "tasks", ())))

    def __getitem__(self, name: str) -> type[OpT]:
        """The class of that name. Raises UserError naming the nearest."""
        if name not in self._found:
            raise UserError(f"There is no op {name!r}.", where="policy", fix=nearest(str(name), self._found))
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        return name in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
