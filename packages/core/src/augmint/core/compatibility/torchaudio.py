"""torchaudio where its compiled part cannot be loaded.

Its published wheel links CUDA libraries. Beside a CPU build of torch, or one for another CUDA, `import torchaudio` raises, and so
does everything in Transformers that touches audio. Nearly all of torchaudio is written in Python, though: with a stand-in for the
compiled part, transforms and functionals work, and the few that need it (`forced_align`, `rnnt_loss`) say so when they are called.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType
from typing import Any

EXTENSION = "torchaudio._extension"
"""The module that loads the compiled part."""


class _Loader(Loader):
    """Executes the real module; where that fails, fills in the stand-in."""

    def __init__(self, real: Loader) -> None:
        self.real = real

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        try:
            self.real.exec_module(module)
        except (ImportError, OSError, RuntimeError) as error:
            _stand_in(module, error)


class _Finder(MetaPathFinder):
    """Finds the one module, and nothing else."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != EXTENSION:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


def prepare() -> None:
    """Make `import torchaudio` work from now on, whatever its compiled part is linked to. Calling again does nothing more."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def state() -> str:
    """What became of torchaudio, for `augmint doctor`: imports it."""
    try:
        number = version("torchaudio")
    except PackageNotFoundError:
        return "not installed (not needed)"
    prepare()
    try:
        import torchaudio  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except Exception as error:  # a broken installation fails in many ways
        return f"{number} cannot be imported: {type(error).__name__}: {error}"
    reason = getattr(torchaudio._extension, "augmint_reason", None)
    if reason is None:
        return number
    return f"{number}, without its compiled part ({reason}): forced_align and rnnt_loss are missing, all else works"


def _stand_in(module: ModuleType, error: BaseException) -> None:
    """The names that the rest of torchaudio takes from the module."""

    def missing(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(f"This needs torchaudio's compiled part, which cannot be loaded here: {error}")

    def fail_if_no_align(function: Any) -> Any:
        return missing

    lines = str(error).splitlines()
    values = {
        "_IS_TORCHAUDIO_EXT_AVAILABLE": False,
        "_IS_ALIGN_AVAILABLE": False,
        "_check_cuda_version": lambda: None,
        "fail_if_no_align": fail_if_no_align,
        "augmint_reason": lines[0] if lines else type(error).__name__,
    }
    module.__dict__.update(values)
    import torch  # torchaudio is about to: this room itself must stay quick to import

    # rnnt_loss looks its part up when it is called, by no name of the module.
    setattr(torch.ops.torchaudio, "rnnt_loss_forward", missing)  # noqa: B010
