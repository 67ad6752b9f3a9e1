"""YAML that remembers on which line every key stands, and refuses what YAML would silently get wrong."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from augmint.core.errors import MissingExtraError, UserError

Path = tuple[str | int, ...]
"""Keys and list positions from the top of the file to a value."""


class _Loader(yaml.SafeLoader):
    """SafeLoader that also reads `1e-3` and `1E5` as numbers: YAML 1.1 wants a dot and a signed exponent there."""


_EXPONENT = re.compile(r"^[-+]?[0-9][0-9_]*(\.[0-9_]*)?[eE][-+]?[0-9]+$")
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _EXPONENT, list("-+0123456789"))


@dataclass
class Lines:
    """Where values stand: path -> line of the key (1 is the first), for `source`; overrides stand on no line."""

    source: str = "recipe"
    line: dict[Path, int] = field(default_factory=dict)
    overrides: set[Path] = field(default_factory=set)

    def where(self, path: Sequence[str | int]) -> str:
        """A place to point a user to: `recipe.yaml:12 search.trials`, `--set search.trials` or plain `search.trials`."""
        path = tuple(path)
        name = dotted(path)
        for end in range(len(path), 0, -1):
            if path[:end] in self.overrides:
                return f"--set {name}"
            if path[:end] in self.line:
                return f"{self.source}:{self.line[path[:end]]} {name}"
        return f"{self.source} {name}".strip()

    def locate(self, where: str) -> str:
        """`where` with its line in front where it starts with a dotted name of this file, else as it is.

        Example:
            >>> read_yaml("task: x\\ndata: {path: y}", "r.yaml")[1].locate("data.columns.label")
            'r.yaml:2 data.columns.label'
        """
        head, space, rest = where.partition(" ")
        path = tuple(int(part) if part.isdigit() else part for part in head.split("."))
        if path[:1] not in self.line and not any(path[:1] == override[:1] for override in self.overrides):
            return where
        return self.where(path) + space + rest

    @contextlib.contextmanager
    def located(self) -> Iterator[None]:
        """Adds the line to any `UserError` raised inside that names a key of this file."""
        try:
            yield
        except MissingExtraError:
            raise
        except UserError as error:
            raise UserError(error.what, where=self.locate(error.where), fix=error.fix) from error


def dotted(path: Sequence[str | int]) -> str:
    """`("compare", "seeds", 2)` as `compare.seeds.2`."""
    return ".".join(str(part) for part in path)


def read_yaml(text: str, source: str) -> tuple[dict[str, Any], Lines]:
    """A mapping out of YAML, and where its keys stand.

    Args:
        text: the file's content.
        source: its name in messages.

    Raises:
        UserError: on a syntax error (line and column), a duplicate key (both lines), a key that is not text, a file that
            holds anything but one mapping.

    Example:
        >>> values, lines = read_yaml("search:\\n  trials: 8\\nadversarial: {learning_rate: 1e-3}\\n", "my.yaml")
        >>> values["adversarial"], lines.where(("search", "trials"))
        ({'learning_rate': 0.001}, 'my.yaml:2 search.trials')
    """
    lines = Lines(source)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise UserError("The file is empty.", where=source, fix="`augmint init` writes a recipe to start from.")
        _walk(node, (), lines, set())
        values = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{source}:{mark.line + 1}:{mark.column + 1}" if mark else source
        raise UserError(f"This is not valid YAML: {error.problem or error.context}.", where=place,
                        fix="Check the indentation and the quotes on this line and the one before it.") from error
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"This is not valid YAML: {error}", where=source) from error
    finally:
        loader.dispose()
    if not isinstance(values, dict):
        raise UserError(f"A recipe is a mapping of keys to values, this is {article(values)}.", where=source,
                        fix="Start with a line such as `task: image-classification`.")
    return values, lines


def _walk(node: yaml.Node, path: Path, lines: Lines, above: set[int]) -> None:
    """Note the line of every key under `node`; `above` holds the nodes on the way here, so that an alias cannot loop."""
    if id(node) in above:
        raise UserError("An alias contains itself.", where=lines.where(path), fix="Write the values out.")
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            lines.line[(*path, position)] = item.start_mark.line + 1
            _walk(item, (*path, position), lines, above | {id(node)})
    if not isinstance(node, yaml.MappingNode):
        return
    first: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.tag == "tag:yaml.org,2002:merge":
            continue
        if not isinstance(key, yaml.ScalarNode):
            raise UserError("A key must be a word.", where=f"{lines.source}:{line}")
        if key.tag not in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:int"):
            raise UserError(f"The key {key.value!r} is read as a value, not as text.", where=f"{lines.source}:{line}",
                            fix=f'Put quotes around it: "{key.value}".')
        if key.value in first:
            raise UserError(f"{key.value!r} is given twice, first on line {first[key.value]}.", fix="Keep one of them.",
                            where=f"{lines.source}:{line} {dotted((*path, key.value))}")
        first[key.value] = line
        lines.line[(*path, key.value)] = line
        _walk(value, (*path, key.value), lines, above | {id(node)})


def apply_override(values: dict[str, Any], assignment: str, lines: Lines) -> None:
    """Set one value in place, as `--set a.b=c` does; `c` is read as YAML.

    Raises:
        UserError: where there is no `=`, the value is not YAML or the path leads through something that is no section.

    Example:
        >>> values = {"search": {"trials": 8}}
        >>> apply_override(values, "search.trials=2", Lines())
        >>> apply_override(values, "compare.seeds=[0, 1]", Lines())
        >>> values
        {'search': {'trials': 2}, 'compare': {'seeds': [0, 1]}}
    """
    name, equals, text = assignment.partition("=")
    path = tuple(part.strip() for part in name.split("."))
    if not equals or not all(path):
        raise UserError(f"{assignment!r} sets nothing.", where="--set", fix="Write it as --set section.key=value.")
    try:
        value = yaml.load(text, Loader=_Loader)  # _Loader is a SafeLoader
    except yaml.YAMLError as error:
        raise UserError(f"{text!r} is not valid YAML.", where=f"--set {name}", fix="Quote the value.") from error
    section = values
    for depth, part in enumerate(path[:-1]):
        below = section.get(part)
        if below is None:
            below = section[part] = {}
        if not isinstance(below, dict):
            raise UserError(f"{dotted(path[:depth + 1])!r} is {article(below)}, so it has no key {path[depth + 1]!r}.",
                            where=f"--set {name}")
        section = below
    section[path[-1]] = value
    lines.overrides.add(path)


def article(value: Any) -> str:
    """What a value is, in words a YAML author uses.

    Example:
        >>> article([1, 2]), article("a"), article(True), article(None)
        ('a list', "the text 'a'", 'true', 'null')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text {value!r}"
    if isinstance(value, Mapping):
        return "a section"
    if isinstance(value, Sequence):
        return "a list"
    return f"the value {value}"
