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
"""Takes a command's result, which is printed as JSON at its end: the one thing that reaches standard output under `--json`."""


@contextlib.contextmanager
def guarded(*, as_json: bool = False, debug: bool = False) -> Iterator[Emit]:
    """Run a command's body; under `as_json` whatever else it or its worker processes print goes to standard error.

    Raises:
        typer.Exit: with the exit code, after the message is printed.
    """
    results: list[Any] = []

    def fail(message: str, values: dict[str, str], code: int) -> typer.Exit:
        if debug:
            traceback.print_exc(file=sys.stderr)
        if as_json:
            results[:] = [{"error": values}]
        print(f"augmint: {message}", file=sys.stderr)
        return typer.Exit(code)

    try:
        with to_stderr() if as_json else contextlib.nullcontext():
            yield results.append
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
    finally:
        for result in results:
            print(json_text(result))


@contextlib.contextmanager
def to_stderr() -> Iterator[None]:
    """Standard output goes to standard error: `print` here, and the file descriptor that worker processes inherit."""
    sys.stdout.flush()
    try:
        out, err = sys.stdout.fileno(), sys.stderr.fileno()
    except (OSError, ValueError):  # replaced by something without a descriptor, as test runners do
        with contextlib.redirect_stdout(sys.stderr):
            yield
        return
    kept = os.dup(out)
    os.dup2(err, out)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, out)
        os.close(kept)
