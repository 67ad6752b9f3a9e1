"""What every recipe key means, read from the docstrings of the dataclasses: one text for the docs page and for `augmint init`."""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import MISSING
from pathlib import Path
from typing import Any

import yaml

from augmint.core.adversarial.arguments import AdversarialArguments
from augmint.core.data.config import DataConfig
from augmint.core.errors import UserError
from augmint.core.evaluation.arms import CompareArguments
from augmint.core.interfaces import get_task, modalities
from augmint.core.minting.arguments import MintArguments
from augmint.core.pipeline.recipe import OURS, Recipe
from augmint.core.pipeline.recipe_schema import describe, hints, plain
from augmint.core.search.arguments import SearchArguments

SECTIONS: Mapping[str, type] = {
    "data": DataConfig, "adversarial": AdversarialArguments, "search": SearchArguments, "mint": MintArguments,
    "compare": CompareArguments,
}
"""Section -> the dataclass that holds its keys."""
MARKERS = ("<!-- reference: written by augmint.core.pipeline.recipe_docs -->", "<!-- end of reference -->")


def attribute_docs(kind: type) -> dict[str, str]:
    """Field name -> its text in the docstring's `Attributes:`, None written as YAML writes it; `a, b: text` serves both.

    Example:
        >>> attribute_docs(SearchArguments)["seed"]
        "the run's seed."
    """
    text = inspect.getdoc(kind) or ""
    found: dict[str, str] = {}
    _, _, body = text.partition("Attributes:\n")
    body = re.split(r"\n(?=\S)", body)[0]
    for entry in re.split(r"\n(?=    \S)", body):
        names, colon, words = entry.strip().partition(":")
        if colon:
            for name in names.split(","):
                found[name.strip()] = re.sub(r"\bNone\b", "null", " ".join(words.split()))
    return found


def default_of(kind: type, name: str) -> Any:
    """A field's default as a YAML value; MISSING where the key is required."""
    field = next(field for field in dataclasses.fields(kind) if field.name == name)
    if field.default is not MISSING:
        return plain(field.default)
    if field.default_factory is not MISSING:
        return plain(field.default_factory())
    return MISSING


def keys_of(section: str) -> list[str]:
    """The keys a user may give in a section."""
    return [name for name in hints(SECTIONS[section]) if name not in OURS.get(section, ())]


def reference() -> str:
    """The tables of docs/recipes.md: every key of every section with its default, type and meaning."""
    docs = attribute_docs(Recipe)
    head = "| key | default | meaning |\n|---|---|---|"
    parts = [head]
    parts += [_row(name, default_of(Recipe, name) if name not in SECTIONS else "see below", Recipe, docs) for name in hints(Recipe)]
    for section, kind in SECTIONS.items():
        about = attribute_docs(kind)
        parts.append(f"\n### {section}\n\n{docs[section][0].upper()}{docs[section][1:]}\n\n{head}")
        parts += [_row(name, default_of(kind, name), kind, about) for name in keys_of(section)]
    return "\n".join(parts) + "\n"


def _row(name: str, default: Any, kind: type, docs: Mapping[str, str]) -> str:
    shown = "required" if default is MISSING else default if default == "see below" else f"`{_flow(default)}`"
    words = docs.get(name, "").rstrip(".")
    what = f"a section with {', '.join(keys_of(name))}" if kind is Recipe and name in SECTIONS else describe(hints(kind)[name])
    meaning = f"{words} ({what})".replace("|", "\\|")
    return f"| `{name}` | {shown} | {meaning} |"


def _flow(value: Any) -> str:
    """A value on one line of YAML."""
    return yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000).removesuffix("...\n").strip()


def template(task: str) -> str:
    """A commented recipe for a task that runs as it is, on the modality's embedded data, with every other key commented out.

    Raises:
        UserError: where there is no such task or its modality is not installed.
    """
    values = _start(task)
    docs = attribute_docs(Recipe)
    parts = [f"# A recipe of augmint for {task}. Run it:  augmint run FILE\n"
             "# Keys that are commented out stand at their default; in `adversarial` the task may have a default of its own."]
    for name in hints(Recipe):
        parts.append(_section(name, values.get(name), docs.get(name, "")))
    return "\n\n".join(parts) + "\n"


def _start(task: str) -> dict[str, Any]:
    """Values to start from: the demonstration's where it is of this task, so that the file runs before anything is changed."""
    task_class = get_task(task)
    demo = modalities()[task_class.modality].demo_recipe() or {}
    if demo.get("task") != task:
        demo = {"data": {"path": task_class.files, "data_dir": "data"}}
    return {**demo, "task": task, "seed": 0, "output_dir": f"runs/{task}"}


def _section(name: str, given: Any, about: str) -> str:
    head = _comment(f"{name}: {about}")
    if name not in SECTIONS:
        if isinstance(given, Mapping) or given is None:
            return head + "\n" + (_dump({name: given}) if given else f"# {name}: {{}}")
        return head + "\n" + _dump({name: given})
    kind, docs, given = SECTIONS[name], attribute_docs(SECTIONS[name]), given or {}
    lines = [head, f"{name}:" if given else f"# {name}:"]
    said = ""
    for key in keys_of(name):
        text = docs.get(key, "")
        note, said = _comment(text, indent="  ") if text != said else "", text
        default = default_of(kind, key)
        if key in given:
            lines += [note, textwrap.indent(_dump({key: given[key]}), "  ")]
        elif default is not MISSING:
            lines += [note, f"  # {key}: {_flow(default)}"]
    return "\n".join(line for line in lines if line)


def _dump(values: Mapping[str, Any]) -> str:
    (name, value), = values.items()
    if not isinstance(value, (Mapping, list, tuple)):
        return f"{name}: {_flow(value)}"
    return yaml.safe_dump(plain(values), sort_keys=False, default_flow_style=None, allow_unicode=True, width=110).rstrip("\n")


def _comment(text: str, indent: str = "") -> str:
    return textwrap.fill(text, 110, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ") if text else ""


def write_template(task: str, path: Any) -> None:
    """Write `template(task)` to a new file. Raises UserError where there is one already."""
    text = template(task)
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UserError("There is such a file already.", where=str(path), fix="Give another name with --out.") from None
    except OSError as error:
        raise UserError(f"The file cannot be written: {error.strerror}.", where=str(path)) from error


def refresh(page: Path) -> None:
    """Put the current `reference()` between the page's markers."""
    head, _, rest = page.read_text(encoding="utf-8").partition(MARKERS[0])
    _, _, tail = rest.partition(MARKERS[1])
    page.write_text(f"{head}{MARKERS[0]}\n\n{reference()}\n{MARKERS[1]}{tail}", encoding="utf-8")


if __name__ == "__main__":
    refresh(Path(sys.argv[1]))
