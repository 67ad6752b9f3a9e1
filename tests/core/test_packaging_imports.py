"""Imports run downwards: core knows no modality, a room knows only the rooms below it, a modality knows core alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ["compatibility", "errors", "interfaces", "data", "adversarial", "search", "minting", "evaluation", "report"]
ROOMS += ["pipeline", "cli"]
MODALITIES = ("vision", "text", "audio")


def imports(file: Path) -> Iterator[str]:
    """Every absolute module name that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def sources(package: str) -> list[Path]:
    return sorted((ROOT / "packages" / package / "src/augmint" / package).rglob("*.py"))


def uses(file: Path, module: str) -> bool:
    return any(name == module or name.startswith(f"{module}.") for name in imports(file))


def test_core_imports_no_modality() -> None:
    for file in sources("core"):
        for modality in MODALITIES:
            assert not uses(file, f"augmint.{modality}"), file


@pytest.mark.parametrize("modality", MODALITIES)
def test_a_modality_imports_no_other_modality(modality: str) -> None:
    for file in sources(modality):
        for other in set(MODALITIES) - {modality}:
            assert not uses(file, f"augmint.{other}"), file


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_below_it(room: str) -> None:
    core = ROOT / "packages/core/src/augmint/core"
    files = [core / f"{room}.py"] if (core / f"{room}.py").is_file() else sorted((core / room).rglob("*.py"))
    assert files, room
    for file in files:
        for above in ROOMS[ROOMS.index(room) + 1 :]:
            assert not uses(file, f"augmint.core.{above}"), f"{file} imports {above}"


def test_nothing_imports_torchvision_and_one_room_alone_torchaudio() -> None:
    for package in ("core", *MODALITIES):
        for file in sources(package):
            assert not uses(file, "torchvision"), file
            assert not uses(file, "torchaudio") or file.parent.name == "compatibility", file


def test_help_and_version_load_no_heavy_library() -> None:
    code = (
        "import sys\nfrom augmint.core.cli import main\nassert main(['--version']) == 0\nassert main(['run', '--help']) == 0\n"
        "heavy = {'torch', 'transformers', 'datasets', 'sklearn', 'numpy', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("package", ["core", "vision"])
def test_every_public_name_is_where_it_is_said_to_be(package: str) -> None:
    module = import_module(f"augmint.{package}")
    for name in module.__all__:
        assert getattr(module, name) is not None
    assert set(module.__all__) <= set(dir(module))
    with pytest.raises(AttributeError, match="Augmentor"):
        _ = module.Augmentor
