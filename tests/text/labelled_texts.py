"""Real texts with labels: sentences of the standard library's docstrings, labelled by their package."""

from __future__ import annotations

import ast
import importlib.util
import re
from functools import lru_cache
from pathlib import Path

import torch
from datasets import ClassLabel, Dataset, Features, Value

from augmint.text.training.rows import TextRows

PACKAGES = ("asyncio", "email", "unittest")
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@lru_cache(maxsize=1)
def sentences() -> dict[str, list[str]]:
    """Package -> its sentences of 20 to 120 characters, each once, in the order of its files."""
    found: dict[str, list[str]] = {}
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        kept: dict[str, None] = {}
        for path in sorted(Path(spec.origin).parent.rglob("*.py")):
            if "test" in path.relative_to(Path(spec.origin).parent).parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                text = ast.get_docstring(node) if isinstance(node, DOCUMENTED) else None
                for paragraph in (text or "").split("\n\n"):
                    for sentence in SENTENCE.split(" ".join(paragraph.split())):
                        if 20 <= len(sentence) <= 120 and sentence.endswith((".", "?", "!")):
                            kept[sentence] = None
        found[package] = list(kept)
    return found


def labelled(per_class: int, start: int = 0) -> Dataset:
    """So many sentences of each package, from the `start`-th of each on; columns "text" and "label"."""
    rows = [(text, label) for label, name in enumerate(PACKAGES) for text in sentences()[name][start : start + per_class]]
    features = Features({"text": Value("string"), "label": ClassLabel(names=list(PACKAGES))})
    return Dataset.from_dict({"text": [text for text, _ in rows], "label": [label for _, label in rows]}, features=features)


def rows(per_class: int, start: int = 0) -> TextRows:
    """The same as rows to train on."""
    data = labelled(per_class, start)
    return TextRows({"text": list(data["text"])}, torch.tensor(list(data["label"]), dtype=torch.int64))
