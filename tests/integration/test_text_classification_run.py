"""All seven steps of text classification, and with more workers, killed and taken up."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasets import Dataset, concatenate_datasets, load_dataset, load_from_disk

from augmint.core import Augmenter

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "text"))
from labelled_texts import PACKAGES, labelled
from text_classification_tiny import CLASSIFIER, LANGUAGE_MODEL
from tiny import MORE_WORKERS, check_killed, finished

ARMS = ["original", "standard", "pseudo-labelled", "unfiltered", "policy+minted"]
RECIPE: dict[str, Any] = {
    "task": "text-classification",
    "data": {
        "path": "parquet",
        "data_files": {split: f"{split}.parquet" for split in ("train", "validation", "test")},
        "unlabeled": {"path": "parquet", "data_files": "unlabeled.parquet"},
    },
    "model": {"scratch": CLASSIFIER, "max_length": 32},
    "generator": {"scratch": LANGUAGE_MODEL, "max_length": 24, "discriminator_steps": 10, "learning_rate": 5e-3},
    "judge": {"members": 2, "rounds": 0, "min_confidence": 0.6},
    "adversarial": {"max_steps": 4, "save_steps": 2, "logging_steps": 1},
    "search": {"trials": 4, "finalists": 1, "final_seeds": 1, "executor": "serial"},
    "mint": {"ratio": 0.3, "max_rounds": 1},
    "finetune": {"max_steps": 60, "per_device_train_batch_size": 16, "learning_rate": 5e-3},
    "compare": {"seeds": [0, 1], "arms": ARMS},
    "seed": 0,
}


def write_recipe(folder: Path, **changes: Any) -> Path:
    for name, start, count in (("train", 0, 100), ("validation", 100, 30), ("test", 130, 40)):
        rows = labelled(count, start)
        words = " ".join(list(rows["text"]) * 30).split()[:10_000]  # a row that models see the beginning of alone
        longest = Dataset.from_dict({"text": [" ".join(words)], "label": [0]}, features=rows.features)
        concatenate_datasets([rows, longest]).to_parquet(folder / f"{name}.parquet")
    labelled(60, 170).remove_columns("label").to_parquet(folder / "unlabeled.parquet")
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump({**RECIPE, **changes}))
    return path


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    return finished(write_recipe(tmp_path_factory.mktemp("text-classification")))


def test_a_run_compares_all_arms_above_chance_and_reports(undisturbed: Path) -> None:
    comparison = json.loads((undisturbed / "comparison.json").read_text())
    assert (comparison["task"], comparison["metric"]) == ("text-classification", "accuracy")
    assert set(comparison["arms"]) == set(ARMS)
    means = {name: arm["mean"] for name, arm in comparison["arms"].items()}
    assert means["original"] > 42, f"three classes of 40 texts each: {means}"
    result = json.loads((undisturbed / "finetuned" / "original" / "seed-0" / "result.json").read_text())
    assert result["validation"]["details"]["macro f1"] > 0
    page = (undisturbed / "report.html").read_text()
    assert "Adversarial training was" in page
    assert all(name in page for name in PACKAGES)


def test_unlabelled_texts_are_labelled_mostly_rightly_and_are_new(undisturbed: Path) -> None:
    rows = load_from_disk(str(undisturbed / "pseudo-labelled"))
    known = labelled(60, 170)
    truth = dict(zip(known["text"], known["label"], strict=True))
    right = [truth[text] == label for text, label in zip(rows["text"], rows["label"], strict=True)]
    assert len(right) > 20
    assert sum(right) > 0.5 * len(right), "three classes"


def test_minted_texts_have_the_sources_features_and_are_new(undisturbed: Path) -> None:
    rows = load_dataset("parquet", data_files=str(undisturbed / "minted" / "data" / "*.parquet"), split="train")
    assert rows.features["label"].names == list(PACKAGES)
    made = rows.filter(lambda origin: origin == "generator", input_columns="augmint_origin")
    assert len(made) > 20
    assert not set(made["text"]) & set(labelled(100)["text"])
    assert all(text.strip() for text in made["text"])


def test_the_kept_augmenter_mints_in_a_script(undisturbed: Path) -> None:
    train = labelled(10)
    augmenter = Augmenter.from_pretrained(undisturbed / "augmenter")
    assert augmenter.generator is not None
    bigger = augmenter.mint(train, ratio=0.2, max_rounds=1)
    assert list(bigger["text"])[:30] == list(train["text"])


def test_killed_twice_and_with_more_workers_a_run_ends_as_if_undisturbed(undisturbed: Path, tmp_path: Path) -> None:
    moments = {
        "pretraining": "start/generator/config.json",
        "fine-tuning": "finetuned/original/seed-0/result.json",
    }
    check_killed(write_recipe(tmp_path, search={**RECIPE["search"], **MORE_WORKERS}), undisturbed, moments)
