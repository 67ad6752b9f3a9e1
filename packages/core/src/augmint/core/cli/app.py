"""The `augmint` program: which commands there are. Heavy imports stay inside them, so that help answers at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from augmint.core import __version__
from augmint.core.cli import describe, runs, write

app = typer.Typer(name="augmint", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help="Mint new training data for a Transformers model, and learn honestly whether it helps.")


def _version(wanted: bool) -> None:
    if wanted:
        print(f"augmint {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass


runs.register(app)
write.register(app)
describe.register(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the process's exit code is returned. `arguments` leave out the program's name."""
    for library in ("HF_DATASETS", "HF_HUB"):  # augmint shows its own
        os.environ.setdefault(f"{library}_DISABLE_PROGRESS_BARS", "1")
    if not sys.stderr.isatty():
        os.environ.setdefault("TQDM_MININTERVAL", "10")  # a log file wants a line now and then
    try:
        app(args=None if arguments is None else list(arguments), prog_name="augmint")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except KeyboardInterrupt:
        print("augmint: Stopped.", file=sys.stderr)
        return 1
    return 0
