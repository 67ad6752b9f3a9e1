"""What commands print: JSON for machines, plain lines and tables for people."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any


def json_text(values: Any) -> str:
    """JSON that every parser reads: paths as text, numbers that are not finite as null.

    Example:
        >>> json_text({"mean": float("nan"), "arms": ("original",)}).replace("\\n", "")
        '{  "mean": null,  "arms": [    "original"  ]}'
    """
    return json.dumps(_finite(values), indent=2, default=str, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(name): _finite(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value


def print_table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table as wide as its content needs."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*head, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else 200, highlight=False, markup=False, emoji=False).print(table)
