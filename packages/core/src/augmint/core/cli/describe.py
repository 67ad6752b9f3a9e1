"""Commands that tell: `inspect` a recipe's rows, the `tasks` there are, and what the `doctor` finds on this machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from augmint.core.cli import options
from augmint.core.cli.guard import guarded
from augmint.core.cli.output import print_table

MOST_CLASSES, MOST_PROBLEMS = 12, 10


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("inspect")(inspect)
    app.command("tasks")(tasks)
    app.command("doctor")(doctor)


def inspect(recipe: options.RecipeFile, set_: options.Set = None, json: options.Json = False, debug: options.Debug = False) -> None:
    """Load a recipe's rows and tell their splits, classes, columns and problems. Writes nothing."""
    with guarded(as_json=json, debug=debug) as emit:
        from augmint.core.pipeline.recipe import read_recipe
        from augmint.core.pipeline.stages.inspect import describe, load

        read = read_recipe(recipe, set_ or ())
        with read.lines.located():
            found = {"task": read.recipe.task, **describe(load(read.recipe, read.base_dir))}
        if json:
            emit(found)
        else:
            print_inspection(found)


def _kind(feature: str) -> str:
    """A feature without its options: "Value", "Image", or the names of a nested one's parts.

    >>> _kind("Value('string')"), _kind("{'en': Value('string'), 'ko': Value('string')}")
    ('Value', 'en, ko')
    """
    return feature.split("(")[0] if not feature.startswith("{") else ", ".join(re.findall(r"'([^']*)':", feature))


def print_inspection(found: Mapping[str, Any]) -> None:
    """Splits and classes as tables, then one line for everything that the user should know."""
    print(f"task: {found['task']}")
    print("columns: " + ", ".join(f"{name} ({_kind(feature)})" for name, feature in found["columns"].items()) + "\n")
    counts = found["class_counts"]
    names = list(next(iter(counts.values()), ()))
    shown = names[:MOST_CLASSES]
    rows = [[split, size, *(counts.get(split, {}).get(name, "") for name in shown)] for split, size in found["sizes"].items()]
    print_table(["split", "rows", *shown], rows)
    if len(names) > len(shown):
        print(f"... and {len(names) - len(shown)} more classes")
    for split, facts in found["facts"].items():
        print(f"{split}: " + ", ".join(f"{count} rows {fact}" for fact, count in facts.items()))
    for split, problems in found["skipped"].items():
        for problem in problems[:MOST_PROBLEMS]:
            file = f" ({problem['file']})" if problem.get("file") else ""
            print(f"{split} row {problem['row']}{file} is left out: {problem['reason']}")
        if len(problems) > MOST_PROBLEMS:
            print(f"... and {len(problems) - MOST_PROBLEMS} more rows of {split}")
    for notice in found["notices"]:
        print(f"note: {notice}")


def tasks(json: options.Json = False, debug: options.Debug = False) -> None:
    """List the tasks, and for each whether it is installed or how to install it."""
    with guarded(as_json=json, debug=debug) as emit:
        found = list_tasks()
        if json:
            emit(found)
            return
        columns = ["task", "modality", "metric", "state"]
        print_table(columns, [[row[name] or "" for name in columns] for row in found])


def list_tasks() -> list[dict[str, Any]]:
    """Every task that is installed or that one of augmint's own packages is meant for."""
    from augmint.core.interfaces.registry import EXTRA_OF_TASK, tasks
    from augmint.core.pipeline.versions import installed

    there = tasks()
    rows = [{"task": name, "modality": kind.modality, "metric": kind.metric.name, "installed": True, "state": "installed"}
            for name, kind in sorted(there.items())]
    for name, extra in EXTRA_OF_TASK.items():
        if name not in there:
            number = installed(f"augmint-{extra}")
            state = f'pip install "augmint[{extra}]"' if number is None else f"not offered by augmint-{extra} {number}"
            rows.append({"task": name, "modality": extra, "metric": None, "installed": False, "state": state})
    return rows


def doctor(json: options.Json = False, debug: options.Debug = False) -> None:
    """Tell what this installation and machine offer, and what is amiss."""
    with guarded(as_json=json, debug=debug) as emit:
        from augmint.core.cli.checkup import checkup

        found = checkup(Path.cwd())
        if json:
            emit([finding.to_dict() for finding in found])
        else:
            print_table(["", "what", "found"], [["ok" if finding.ok else "!!", finding.what, finding.found] for finding in found])
        if not all(finding.ok for finding in found):
            raise typer.Exit(1)
