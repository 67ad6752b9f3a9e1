"""All seven steps of text generation, and killed and taken up."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasets import load_dataset

from augmint.core import Augmenter

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "text"))
from labelled_texts import labelled
from text_classification_tiny import LANGUAGE_MODEL
from tiny import check_killed, finished

ARMS = ["original", "standard", "unfiltered", "policy", "minted", "policy+minted"]
RECIPE: dict[str, Any] = {
    "task": "text-generation",
    "data": {"path": "parquet", "data_files": {split: f"{split}.parquet" for split in ("train", "validation", "test")}},
    "model": {"scratch": LANGUAGE_MODEL, "max_length": 32},
    "generator": {"discriminator_steps": 10},
    "adversarial": {"max_steps": 4, "save_steps": 2, "logging_steps": 1},
    "search": {"trials": 4, "finalists": 1, "final_seeds": 1, "executor": "serial"},
    "mint": {"ratio": 0.3, "max_rounds": 1},
    "finetune": {"max_steps": 24, "per_device_train_batch_size": 16, "learning_rate": 5e-3},
    "compare": {"seeds": [0, 1], "arms": ARMS},
    "seed": 0,
}


def write_recipe(folder: Path, **changes: Any) -> Path:
    for name, start, count in (("train", 0, 100), ("validation", 100, 30), ("test", 130, 40)):
        labelled(count, start).to_parquet(folder / f"{name}.parquet")
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump({**RECIPE, **changes}))
    return path


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    return finished(write_recipe(tmp_path_factory.mktemp("text-generation")))


def test_a_run_compares_all_arms_and_less_is_better(undisturbed: Path) -> None:
    comparison = json.loads((undisturbed / "comparison.json").read_text())
    assert (comparison["task"], comparison["metric"], comparison["greater_is_better"]) == ("text-generation", "perplexity", False)
    means = {name: arm["mean"] for name, arm in comparison["arms"].items()}
    assert set(means) == set(ARMS)
    assert 1 < means["original"] < 400, "a uniform guess over the vocabulary has 500"
    page = (undisturbed / "report.html").read_text()
    assert "lower is better" in page
    assert "Adversarial training was" in page


def test_minted_texts_begin_as_real_ones_and_end_anew(undisturbed: Path) -> None:
    rows = load_dataset("parquet", data_files=str(undisturbed / "minted" / "data" / "*.parquet"), split="train")
    made = rows.filter(lambda origin: origin == "generator", input_columns="augmint_origin")
    real = set(labelled(100)["text"])
    assert len(made) > 20
    assert not set(made["text"]) & real
    starts = {text.split()[0] for text in real}
    assert sum(text.split()[0] in starts for text in made["text"]) > 0.8 * len(made)


def test_the_kept_augmenter_mints_in_a_script(undisturbed: Path) -> None:
    train = labelled(10)
    augmenter = Augmenter.from_pretrained(undisturbed / "augmenter")
    assert augmenter.generator is not None
    bigger = augmenter.mint(train, ratio=0.2, max_rounds=1)
    assert list(bigger["text"])[:30] == list(train["text"])


def test_killed_a_run_ends_as_if_undisturbed(undisturbed: Path, tmp_path: Path) -> None:
    moments = {"fine-tuning": "finetuned/original/seed-0/result.json"}
    check_killed(write_recipe(tmp_path), undisturbed, moments)
