"""What the documents show is what the code does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from augmint.core.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")),
         *sorted(ROOT.glob("packages/*/README.md"))]
SEPARATE = {"docs/plugins.md"}
"""Pages whose Python stands for a reader's own package."""


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.name)
def test_python_in_the_documents_runs(page: Path, tmp_path: Path) -> None:
    if page.relative_to(ROOT).as_posix() in SEPARATE:
        for block in blocks(page, "python"):
            compile(block, str(page), "exec")
        return
    code = "\n".join(blocks(page, "python"))
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_recipes_in_the_documents_have_known_keys(page: Path) -> None:
    from augmint.core.pipeline.recipe import recipe_from_dict

    for block in blocks(page, "yaml"):
        task = (re.findall(r"^task: (\S+)", block, re.MULTILINE) or ["image-classification"])[0]
        for line in re.split(r"\n(?=data:|model:)", block) if block.count("\ndata:") or block.count("\nmodel:") > 1 else [block]:
            values = {"task": task, "data": {"path": "x"}, **yaml.safe_load(line)}
            assert recipe_from_dict(values).task == values["task"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_the_documents_exist(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = page.read_text(encoding="utf-8")
    shown = [line for block in re.findall(r"```\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    for command in re.findall(r"`augmint ([a-z]+)", text) + re.findall(r"^augmint ([a-z]+)", "\n".join(shown), re.MULTILINE):
        assert main([command, "--help"]) == 0, command
    capsys.readouterr()


def test_make_targets_in_the_documents_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for page in PAGES:
        for target in re.findall(r"\bmake ([a-z]+)\s+#", page.read_text(encoding="utf-8")):
            assert f"\n{target}:" in makefile, f"{page.name}: make {target}"


def test_the_judge_table_holds_the_settings_and_their_defaults() -> None:
    from augmint.vision.classification.settings import JudgeSettings

    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", (ROOT / "docs/vision.md").read_text(), re.MULTILINE)
    assert {name: float(default) for name, default in rows} == {name: float(value) for name, value in vars(JudgeSettings()).items()}


def test_the_image_gans_are_all_described() -> None:
    from augmint.vision.generators import generator_names

    page = (ROOT / "docs/vision.md").read_text()
    assert all(f"| `{name}`" in page for name in generator_names())
