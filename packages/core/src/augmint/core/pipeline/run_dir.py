"""Where a run keeps what: the folder's layout in one place."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class RunDirectory:
    """Paths of one run.

    Example:
        >>> RunDirectory(Path("runs/x")).comparison.as_posix()
        'runs/x/comparison.json'
    """

    root: Path

    @property
    def recipe(self) -> Path:
        return self.root / "recipe.yaml"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def inspection(self) -> Path:
        return self.root / "inspection.json"

    @property
    def judge(self) -> Path:
        return self.root / "judge"

    @property
    def pseudo_labelled(self) -> Path:
        return self.root / "pseudo-labelled"

    @property
    def checkpoints(self) -> Path:
        return self.root / "checkpoints"

    @property
    def start(self) -> Path:
        """What adversarial training started from, where that is not noise."""
        return self.root / "start"

    @property
    def generator(self) -> Path:
        return self.root / "generator"

    @property
    def discriminator(self) -> Path:
        return self.root / "discriminator"

    @property
    def adversarial(self) -> Path:
        """How adversarial training ended."""
        return self.root / "adversarial.json"

    @property
    def journal(self) -> Path:
        return self.root / "search" / "trials.jsonl"

    @property
    def policy(self) -> Path:
        return self.root / "search" / "policy.json"

    @property
    def search_result(self) -> Path:
        return self.root / "search" / "result.json"

    @property
    def candidates(self) -> Path:
        """Generated rows that trials share."""
        return self.root / "search" / "candidates"

    @property
    def minted(self) -> Path:
        return self.root / "minted"

    @property
    def augmenter(self) -> Path:
        return self.root / "augmenter"

    @property
    def unfiltered(self) -> Path:
        """Generated rows of the arm that does without the discriminator."""
        return self.root / "unfiltered"

    @property
    def resynthesised(self) -> Path:
        """Real rows through the generator, for the arm of that name."""
        return self.root / "resynthesised"

    def finetuned(self, arm: str, seed: int) -> Path:
        return self.root / "finetuned" / arm / f"seed-{seed}"

    def synthetic(self, seed: int) -> Path:
        """The validation score of training on minted rows alone."""
        return self.root / "synthetic" / f"seed-{seed}.json"

    @property
    def comparison(self) -> Path:
        return self.root / "comparison.json"

    @property
    def report(self) -> Path:
        return self.root / "report.html"

    def done(self, stage: str) -> Path:
        """The marker of a finished stage."""
        return self.root / "stages" / f"{stage}.json"

    def clock(self, stage: str) -> Path:
        """The seconds that an unfinished stage has taken."""
        return self.root / "stages" / f"{stage}.clock"


def write_json(path: Path, values: Any) -> None:
    """Whole or not at all, so that a killed run never leaves half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(unfinished, path)


def read_json(path: Path) -> Any:
    """The values that `write_json` wrote."""
    return json.loads(path.read_text(encoding="utf-8"))
