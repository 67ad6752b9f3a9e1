"""Versions of everything that can change a result, read from installed metadata without importing anything."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

OURS = ("augmint-core", "augmint-vision", "augmint-text", "augmint-audio")
ENGINES = ("torch", "transformers", "datasets", "accelerate", "scikit-optimize", "scikit-learn", "numpy", "scipy", "pyarrow",
           "pillow", "safetensors", "huggingface-hub", "soundfile", "soxr", "jiwer")


def installed(name: str) -> str | None:
    """The installed version of a distribution, or None."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def versions() -> dict[str, str]:
    """Name -> version of Python, augmint's packages and the engines below them; what is not installed is left out.

    Example:
        >>> "torch" in versions() and "augmint-core" in versions()
        True
    """
    found = {"python": platform.python_version()}
    for name in (*OURS, *ENGINES):
        number = installed(name)
        if number is not None:
            found[name] = number
    return found
