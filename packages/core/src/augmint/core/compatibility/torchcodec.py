"""Whether torchcodec, if it is installed, can be used: its published wheel links CUDA libraries and wants FFmpeg's."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def failure() -> str | None:
    """Why `import torchcodec` fails, in one line, or None where it works. Tried once in a process."""
    try:
        import torchcodec  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: F401
    except Exception as error:  # a broken installation fails in many ways
        return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    return None


def state() -> str:
    """What became of torchcodec, for `augmint doctor`: imports it."""
    needed = "not needed: clips are read by soundfile"
    try:
        number = version("torchcodec")
    except PackageNotFoundError:
        return f"not installed ({needed})"
    return number if failure() is None else f"{number}, which cannot be imported ({failure()}); {needed}"
