"""Commands that do the work: `run`, one for each step, and `demo`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from augmint.core.cli import options
from augmint.core.cli.guard import Emit, guarded
from augmint.core.cli.output import print_table
from augmint.core.errors import UserError

if TYPE_CHECKING:
    from augmint.core.pipeline.recipe import Recipe

STEPS = {
    "train": "Train the generator against the discriminator.",
    "search": "Search for the augmentation policy.",
    "mint": "Mint, filter and write the enlarged data set.",
    "finetune": "Fine-tune the model with and without it.",
    "compare": "Compare the arms on the test split.",
    "report": "Write the report.",
}


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("demo")(demo)
    app.command("run", help="Do the whole job, every step of it, going on where an earlier run stopped.")(_command(None))
    for step, text in STEPS.items():
        app.command(step, help=f"{text} What it needs and is not there yet is done first.")(_command(step))


def _command(step: str | None) -> Callable[..., None]:
    def command(recipe: options.RecipeFile, set_: options.Set = None, dry_run: options.DryRun = False, json: options.Json = False,
                debug: options.Debug = False, overwrite: options.Overwrite = False, quiet: options.Quiet = False) -> None:
        shared = options.Shared(tuple(set_ or ()), dry_run, json, debug, overwrite, quiet)
        with guarded(as_json=json, debug=debug) as emit:
            if quiet:
                hush()
            from augmint.core.pipeline.recipe import read_recipe

            read = read_recipe(recipe, shared.overrides)
            with read.lines.located():
                execute(read.recipe, step, shared, emit, base_dir=read.base_dir)

    return command


def demo(modality: Annotated[str, typer.Argument(help="vision, text or audio.")] = "vision",
         out: Annotated[Path | None, typer.Option("--out", help="The run's folder; runs/demo for vision.", metavar="DIR")] = None,
         set_: options.Set = None, dry_run: options.DryRun = False, json: options.Json = False, debug: options.Debug = False,
         overwrite: options.Overwrite = False, quiet: options.Quiet = False) -> None:
    """Do the whole job on data that comes with the package."""
    shared = options.Shared(tuple(set_ or ()), dry_run, json, debug, overwrite, quiet)
    with guarded(as_json=json, debug=debug) as emit:
        if quiet:
            hush()
        folder = out or Path("runs", "demo" if modality == "vision" else f"demo-{modality}")
        execute(demo_recipe(modality, folder, shared.overrides), None, shared, emit, base_dir=Path.cwd())


def demo_recipe(modality: str, folder: Path, overrides: tuple[str, ...]) -> Recipe:
    """The modality's demonstration in `folder`. Raises UserError where it is not installed or has none."""
    from augmint.core.interfaces import get_modality
    from augmint.core.pipeline.recipe import recipe_from_dict
    from augmint.core.pipeline.yaml_lines import Lines, apply_override

    values = get_modality(modality).demo_recipe()
    if values is None:
        raise UserError(f"The {modality} modality has no demonstration.", fix="`augmint init` writes a recipe to start from.")
    values, lines = {**values, "output_dir": folder.as_posix()}, Lines(f"demo {modality}")
    for assignment in overrides:
        apply_override(values, assignment, lines)
    return recipe_from_dict(values, lines)


def execute(recipe: Recipe, step: str | None, shared: options.Shared, emit: Emit, *, base_dir: Path) -> None:
    """Run the recipe up to `step` (None: to the end) and print what came of it; relative data paths start at `base_dir`."""
    if shared.dry_run:
        emit(recipe.to_dict()) if shared.json else print(recipe.to_yaml(base_dir), end="")
        return
    from augmint.core.pipeline import Run

    run = Run.open(recipe, overwrite=shared.overwrite, base_dir=base_dir)
    if step is None:
        run.all()
    else:
        run.stage(step)
    if not run.ranks.is_main:
        return
    summary = run.summary()
    emit(summary) if shared.json else print_summary(summary)


def hush() -> None:
    """No progress bars and no chatter, from augmint or the libraries below it, in this process and its workers.

    Comes before the libraries are imported: some read the environment then.
    """
    os.environ.update(TQDM_DISABLE="1", TRANSFORMERS_VERBOSITY="error", AUGMINT_QUIET="1")


def print_summary(summary: Mapping[str, Any]) -> None:
    """The result for people: the arms, the verdict, and where everything lies."""
    if "arms" in summary:
        rows = [[name, f"{arm['mean']:.2f}", "{:.2f} to {:.2f}".format(*arm["ci95"]), len(arm["scores"])]
                for name, arm in summary["arms"].items()]
        print_table(["arm", f"{summary['metric']} on test", "95 % interval", "seeds"], rows)
        print(f"\nVerdict: {summary['verdict']['reason']}")
    else:
        print(f"Done: {', '.join(summary['done'])}.")
    print(f"Run folder: {summary['output_dir']}")
    if "report" in summary:
        print(f"Report: {summary['report']}")
