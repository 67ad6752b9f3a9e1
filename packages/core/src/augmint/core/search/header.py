"""The journal's first line: which search it is of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augmint.core.errors import UserError


def check_header(found: Mapping[str, Any], header: Mapping[str, Any], where: str) -> None:
    """Raise UserError naming the first thing that differs."""
    fix = "Search as before, or give this search a journal of its own (or delete that one to start anew)."
    if found.get("event") != "search" or found.get("version") != header["version"]:
        raise UserError("This is not the journal of a search of this version.", where=where, fix=fix)
    for part in ("dimensions", "starts", "context"):
        if found.get(part) != header[part]:
            what = {"dimensions": "space", "starts": "space", "context": "data or model"}[part]
            difference = _difference(found.get(part), header[part])
            raise UserError(f"The journal is of a search of another {what} ({difference}).", where=where, fix=fix)
    for name, value in header["arguments"].items():
        before = found["arguments"].get(name)
        if before != value:
            raise UserError(f"The journal is of a search with {name} {before!r}, not {value!r}.", where=where, fix=fix)


def _difference(before: Any, now: Any) -> str:
    """The first place where two JSON values differ, in words."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for name in [*before, *now]:
            if before.get(name) != now.get(name):
                return f"{name}: {before.get(name)!r} there, {now.get(name)!r} here"
        return "another order"
    if isinstance(before, list) and isinstance(now, list):
        if len(before) != len(now):
            return f"{len(before)} dimensions there, {len(now)} here"
        return next((_difference(old, new) for old, new in zip(before, now) if old != new), "")
    return f"{before!r} there, {now!r} here"
