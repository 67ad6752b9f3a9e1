"""Core installed by itself: it imports, and says which extra an image recipe needs."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def core_alone(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The start of a command that runs Python with core's wheel and everything it depends on, and no other part of augmint."""
    folder = tmp_path_factory.mktemp("alone")
    wheels = folder / "wheels"
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
    subprocess.run(build, cwd=ROOT / "packages/core", check=True, capture_output=True)
    with zipfile.ZipFile(next(wheels.glob("*.whl"))) as file:
        file.extractall(folder / "core")
    others = folder / "others"
    others.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if "augmint" not in path.name:
            (others / path.name).symlink_to(path)
    # -S leaves out site-packages, and with it the editable installation of this checkout.
    lead = f"import sys; sys.path[:0] = [{str(folder / 'core')!r}, {str(others)!r}]; "
    return [sys.executable, "-S", "-E", "-c", lead]


def python(command: list[str], code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*command[:-1], command[-1] + code], cwd=folder, capture_output=True, text=True)


def test_core_imports_without_any_modality(core_alone: list[str], tmp_path: Path) -> None:
    code = "import augmint, augmint.core as core; [getattr(core, name) for name in core.__all__]; print(list(augmint.__path__))"
    done = python(core_alone, code, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "/packages/" not in done.stdout
    assert "ModuleNotFoundError" in python(core_alone, "import augmint.vision", tmp_path).stderr


def test_an_image_recipe_names_the_extra(core_alone: list[str], tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("task: image-classification\ndata: {path: x}\n")
    done = python(core_alone, "from augmint.core.cli import main; sys.exit(main(['run', 'r.yaml']))", tmp_path)
    assert done.returncode == 2, done.stderr
    assert 'pip install "augmint[vision]"' in done.stderr
    assert "Traceback" not in done.stderr
