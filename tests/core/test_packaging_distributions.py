"""Five distributions of one version share the namespace `augmint`, and the meta one carries no module."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

import augmint.core

ROOT = Path(__file__).resolve().parents[2]
PROJECTS = {"augmint": ROOT, **{f"augmint-{name}": ROOT / "packages" / name for name in ("core", "vision", "text", "audio")}}


def project(name: str) -> dict:
    with (PROJECTS[name] / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["project"]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Distribution -> names of the files in its wheel."""
    folder = tmp_path_factory.mktemp("wheels")
    for path in PROJECTS.values():
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
            cwd=path,
            check=True,
            capture_output=True,
        )
    names = {}
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as file:
            names[wheel.name.split("-")[0].replace("_", "-")] = file.namelist()
    return names


def test_no_package_owns_the_namespace() -> None:
    assert not list(ROOT.glob("packages/*/src/augmint/__init__.py"))
    assert not (ROOT / "augmint").exists()


def test_every_distribution_builds_and_carries_its_own_room_alone(wheels: dict[str, list[str]]) -> None:
    assert set(wheels) == set(PROJECTS)
    for name, files in wheels.items():
        room = name.removeprefix("augmint-")
        modules = [file for file in files if ".dist-info/" not in file]
        assert all(file.startswith(f"augmint/{room}/") for file in modules), name
        assert any(file.endswith("licenses/LICENSE") for file in files), name
        if name != "augmint":
            assert f"augmint/{room}/py.typed" in modules


def test_the_meta_distribution_has_no_module(wheels: dict[str, list[str]]) -> None:
    assert all(".dist-info/" in file for file in wheels["augmint"])


@pytest.mark.parametrize("room", ["core", "vision", "text", "audio"])
def test_every_source_file_is_in_its_wheel(wheels: dict[str, list[str]], room: str) -> None:
    source = PROJECTS[f"augmint-{room}"] / "src"
    files = {path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert files <= set(wheels[f"augmint-{room}"])


def test_the_report_template_is_in_the_core_wheel(wheels: dict[str, list[str]]) -> None:
    templates = ROOT / "packages/core/src/augmint/core/report/templates"
    for template in templates.iterdir():
        assert f"augmint/core/report/templates/{template.name}" in wheels["augmint-core"]


def test_one_version_everywhere() -> None:
    assert {project(name)["version"] for name in PROJECTS} == {augmint.core.__version__}
    assert version("augmint-core") == augmint.core.__version__
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert f"## {augmint.core.__version__}" in changelog


def test_siblings_are_pinned_to_the_same_version() -> None:
    for name in PROJECTS:
        meta = project(name)
        requirements = [
            *meta.get("dependencies", ()),
            *(line for lines in meta.get("optional-dependencies", {}).values() for line in lines),
        ]
        for line in requirements:
            if line.startswith("augmint-"):
                assert re.fullmatch(rf"augmint-\w+(\[\w+\])?=={re.escape(meta['version'])}", line), f"{name}: {line}"


def test_modalities_require_core_and_no_other_modality() -> None:
    for name in ("augmint-vision", "augmint-text", "augmint-audio"):
        siblings = [line.split("==")[0] for line in project(name)["dependencies"] if line.startswith("augmint")]
        assert siblings == ["augmint-core"]
    assert not any(line.startswith("augmint") for line in project("augmint-core")["dependencies"])


def test_constraints_hold_names_and_versions_alone() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.]+", line) for line in lines)
    assert "torch==2.13.0" in lines
    assert not any(re.match(r"(torchvision|torchaudio|nvidia|triton|cuda)", line) for line in lines)


def test_constraints_pin_every_direct_requirement() -> None:
    pinned = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    for name in ("augmint-core", "augmint-vision", "augmint-text", "augmint-audio"):
        for line in project(name)["dependencies"]:
            wanted = re.split(r"[\[<>=!~ ;]", line)[0].lower()
            assert wanted.startswith("augmint") or wanted in pinned, f"{name}: {line}"


def test_licences_are_the_same_text() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert all((path / "LICENSE").read_text() == text for path in PROJECTS.values())
