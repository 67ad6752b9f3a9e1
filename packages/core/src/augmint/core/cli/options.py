"""Options that several commands share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

RecipeFile: TypeAlias = Annotated[Path, typer.Argument(help="The recipe, a YAML file; or the folder of a run.", metavar="RECIPE")]
Set: TypeAlias = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override one key: --set search.trials=8.")
]
DryRun: TypeAlias = Annotated[bool, typer.Option("--dry-run", help="Resolve and print the recipe, run nothing.")]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON alone on standard output.")]
Debug: TypeAlias = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Overwrite: TypeAlias = Annotated[bool, typer.Option("--overwrite", help=(
    "Where the folder holds another recipe's run: keep the steps that come out the same, redo the rest."))]
Quiet: TypeAlias = Annotated[bool, typer.Option("--quiet", "-q", help="Print results alone, no progress.")]


@dataclass(frozen=True)
class Shared:
    """What the shared options say."""

    overrides: tuple[str, ...] = ()
    dry_run: bool = False
    json: bool = False
    debug: bool = False
    overwrite: bool = False
    quiet: bool = False
