"""Every benchmark's and example's script finds what it imports: a figure whose command no longer starts is no figure."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted([*(ROOT / "benchmarks").glob("*.py"), *(ROOT / "examples").rglob("*.py")])


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_script_finds_what_it_imports(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(script.parent))
    known = set(sys.modules)
    found = runpy.run_path(str(script), run_name="imported")
    for name in set(sys.modules) - known:  # scripts of two folders may have one name
        if getattr(sys.modules[name], "__file__", None) and Path(str(sys.modules[name].__file__)).parent == script.parent:
            del sys.modules[name]
    assert found["__doc__"], "says what it is for"
