"""Errors a user can act on.

Every error says what is wrong, where, and what to do. The command line turns a `UserError` into one message and exit code 2.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class AugmintError(Exception):
    """Anything augmint raises on purpose."""


class UserError(AugmintError, ValueError):
    """The input is wrong and the user can mend it.

    Args:
        what: what is wrong, one sentence.
        where: the place, such as `recipe.yaml:12 adversarial.learning_rate` or `train row 17`.
        fix: what to do about it, one sentence.
    """

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what, self.where, self.fix = what, where, fix
        super().__init__(str(self))

    def __str__(self) -> str:
        lead = f"{self.where}: " if self.where else ""
        return f"{lead}{self.what}" + (f" {self.fix}" if self.fix else "")


class RowError(UserError):
    """One row cannot be used.

    Args:
        what: what is wrong with it, one sentence.
        place: such as a column; "" where there is nothing to add to the row.
        row: its number, in what was read.
        fix: what to do about it, one sentence.

    Example:
        >>> str(RowError("The clip is empty.", "column 'audio'", 3).at(17))
        "column 'audio', row 17: The clip is empty."
    """

    def __init__(self, what: str, place: str, row: int, *, fix: str = "") -> None:
        self.place, self.row = place, row
        super().__init__(what, where=f"{place}, row {row}" if place else f"row {row}", fix=fix)

    def at(self, row: int) -> RowError:
        """The same of another number: what was read may be a part of the user's data."""
        return RowError(self.what, self.place, row, fix=self.fix)


class MissingExtraError(UserError):
    """A modality or an optional library is not installed; the message names the install command."""

    def __init__(self, what: str, extra: str) -> None:
        self.extra = extra
        super().__init__(what, fix=f'Install it with: pip install "augmint[{extra}]"')


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint naming the known word nearest to `name`.

    Example:
        >>> nearest("trails", ["trials", "time_limit"])
        "Did you mean 'trials'?"
        >>> nearest("zzz", ["trials"])
        "Known: 'trials'."
    """
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"Did you mean {close[0]!r}?"
    return "Known: " + ", ".join(repr(word) for word in known) + "."
