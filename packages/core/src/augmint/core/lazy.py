"""Packages whose names are imported when they are first used, so that importing the package stays quick (PEP 562)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from sys import modules
from typing import Any


def lazy_names(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The functions `__getattr__` and `__dir__` of a package.

    Args:
        package: its `__name__`.
        homes: public name -> the room below the package that it lives in.

    Example:
        >>> get, names = lazy_names("augmint.core", {"UserError": "errors"})
        >>> get("UserError").__module__, "UserError" in names()
        ('augmint.core.errors', True)
    """

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    def names() -> list[str]:
        return sorted({*vars(modules[package]), *homes})

    return get, names
