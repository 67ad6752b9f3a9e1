"""All rules of a task together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from augmint.core.errors import UserError, nearest
from augmint.text.rules.base import SIDES, Rows, Rule
from augmint.text.rules.registry import get_rule, rule_names


@dataclass(frozen=True)
class Rulebook:
    """The rules of a task as its real training rows calibrate them. Can be pickled, and draws nothing.

    Attributes:
        roles: what its rows have: ("source", "target") or ("text",).
        rules: in the order in which they are asked.

    Example:
        >>> real = {"text": ["The harbour was quiet.", "Nobody had seen the ferry.", "It rained all day."]}
        >>> book = Rulebook.fit(real, "text-classification")
        >>> book({"text": ["We waited for the train.", "...", "no no no no no", "It rained  all day."]})
        [None, 'empty', 'repetition', 'near copy of a real row']
    """

    roles: tuple[str, ...]
    rules: tuple[Rule, ...]

    @classmethod
    def fit(cls, real: Rows, task: str, names: Iterable[str] | None = None) -> Rulebook:
        """Calibrates rules on real rows.

        Args:
            real: role -> texts of the real training rows; test rows must not be among them.
            task: one of `augmint.text.ops.TASKS`.
            names: the rules to use, in any order; None for all of the task's.

        Raises:
            UserError: there is no such task or rule, a rule is not made for the task, there are no rows, or they are wrong as in
                `__call__`.
        """
        usable = rule_names(task)
        wanted = usable if names is None else tuple(names)
        for name in wanted:
            if get_rule(name).name not in usable:
                raise UserError(f"The rule {name!r} is not made for {task}.", where="rules", fix=nearest(name, usable))
        roles = SIDES if task == "translation" else ("text",)
        texts, n = _checked(real, roles, "real rows")
        if not n:
            raise UserError("There are no real rows.", where="real rows", fix="Calibrate the rules on the training rows.")
        return cls(roles, tuple(get_rule(name).fit(texts) for name in usable if name in wanted))

    def __call__(self, rows: Rows) -> list[str | None]:
        """For every row the reason of the first rule that rejects it, else None. Row i's verdict depends on row i alone.

        Raises:
            UserError: a role is missing, its texts are not as many as another's, or one is no string; names the row.
        """
        texts, n = _checked(rows, self.roles, "generated rows")
        verdicts: list[str | None] = [None] * n
        left = np.arange(n)
        for rule in self.rules:
            if not len(left):
                break
            rejected = rule.rejects(texts)
            for row in left[rejected].tolist():
                verdicts[row] = rule.reason
            if rejected.any():
                kept = np.flatnonzero(~rejected).tolist()
                texts = {role: [some[place] for place in kept] for role, some in texts.items()}
                left = left[kept]
        return verdicts


def _checked(rows: Rows, roles: tuple[str, ...], where: str) -> tuple[dict[str, list[str]], int]:
    """The texts of the roles, as lists, and how many there are of each."""
    missing = [role for role in roles if role not in rows]
    if missing:
        raise UserError(f"There is no {missing[0]!r}.", where=where, fix=f"Give texts for {' and '.join(roles)}.")
    texts = {role: list(rows[role]) for role in roles}
    counts = {role: len(some) for role, some in texts.items()}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{count} of {role!r}" for role, count in counts.items())
        raise UserError(f"The sides are not equally many: {told}.", where=where, fix="Give one text a row for every role.")
    for role, some in texts.items():
        for row, text in enumerate(some):
            if not isinstance(text, str):
                raise UserError(f"The {role} is {text!r}, a {type(text).__name__}.", where=f"{where}, row {row}",
                                fix="Give a string.")
    return texts, counts[roles[0]]
