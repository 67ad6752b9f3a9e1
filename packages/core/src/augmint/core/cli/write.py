"""`augmint init`: a recipe to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from augmint.core.cli import options
from augmint.core.cli.guard import guarded


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("init")(init)


def init(task: Annotated[str, typer.Argument(help="`augmint tasks` lists them.")] = "image-classification",
         out: Annotated[Path, typer.Option("--out", help="The file to write.", metavar="FILE")] = Path("recipe.yaml"),
         debug: options.Debug = False) -> None:
    """Write a commented recipe with every key, that runs as it is."""
    with guarded(debug=debug):
        from augmint.core.pipeline.recipe_docs import write_template

        write_template(task, out)
        print(f"Wrote {out}. Change its `data` to yours, then: augmint run {out}")
