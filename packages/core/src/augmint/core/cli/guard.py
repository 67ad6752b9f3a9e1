"""Errors to messages and exit codes: 2 where the user's input is wrong, 1 for anything else."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import typer

from augmint.core.cli.output import json_text
from augmint.core.errors import UserError

USER, OTHER = 2, 1

Emit = Callable[[Any], None]
"""Prints a command's result as JSON, the one thing that reaches standard output under `--json`."""


@contextlib.contextmanager
def guarded(*, as_json: bool = False, debug: bool = False) -> Iterator[Emit]:
    """Run a command's body; under `as_json` whatever else it prints goes to standard error.

    Raises:
        typer.Exit: with the exit code, after the message is printed.
    """
    stdout = sys.stdout

    def emit(values: Any) -> None:
        print(json_text(values), file=stdout)

    def fail(message: str, values: dict[str, str], code: int) -> typer.Exit:
        if debug:
            traceback.print_exc(file=sys.stderr)
        if as_json:
            emit({"error": values})
        print(f"augmint: {message}", file=sys.stderr)
        return typer.Exit(code)

    try:
        with contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext():
            yield emit
    except typer.Exit:
        raise
    except UserError as error:
        raise fail(str(error), {"what": error.what, "where": error.where, "fix": error.fix}, USER) from None
    except KeyboardInterrupt:
        raise fail("Stopped. The same command goes on from here.", {"what": "stopped"}, OTHER) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise typer.Exit(OTHER) from None
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        hint = "" if debug else "\nThis is none of the mistakes that augmint knows; --debug shows where it comes from."
        raise fail(what + hint, {"what": what}, OTHER) from None
