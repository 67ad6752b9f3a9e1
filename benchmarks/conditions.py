"""What figures were measured under."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any


def conditions(*packages: str) -> dict[str, Any]:
    """Versions of packages (None where one is not installed), the machine, and one thread."""
    return {
        "packages": {package: _installed(package) for package in packages},
        "machine": platform.processor() or platform.machine(),
        "threads": 1,
    }


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
