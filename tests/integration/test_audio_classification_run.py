"""All seven steps of audio classification, with more workers, and killed and taken up."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import yaml
from datasets import Audio, Dataset, concatenate_datasets, load_dataset

from augmint.audio.builtin import spoken_digits
from augmint.audio.builtin.digits import DIGITS
from augmint.core import Augmenter

sys.path.insert(0, str(Path(__file__).parent))
from tiny import MORE_WORKERS, check_killed, finished

WORDS, COUNTS = ("one", "six", "zero"), {"train": 10, "validation": 4, "test": 6}
ARMS = ["original", "standard", "minted", "policy+minted"]
RECIPE: dict[str, Any] = {
    "task": "audio-classification",
    "data": {
        "path": "parquet",
        "data_files": {split: f"{split}.parquet" for split in ("train", "validation", "test")},
        "splits": {"train": "train", "validation": "validation", "test": "test"},
    },
    "model": {
        "scratch": {
            "model_type": "wav2vec2-bert",
            "hidden_size": 24,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "intermediate_size": 32,
            "output_hidden_size": 24,
            "classifier_proj_size": 16,
        }
    },
    "generator": {"base_channels": 16},
    "judge": {"members": 1},
    "adversarial": {"max_steps": 110, "save_steps": 25, "logging_steps": 25, "per_device_train_batch_size": 8},
    "search": {"trials": 3, "finalists": 0, "final_seeds": 1, "executor": "serial"},
    "mint": {"ratio": 0.5, "max_rounds": 6},
    "finetune": {"max_steps": 40, "per_device_train_batch_size": 8, "learning_rate": 3e-3},
    "compare": {"seeds": [0, 1], "arms": ARMS},
    "seed": 0,
}


def spoken(split: str) -> Dataset:
    """Some clips of three digits, as many of each."""
    rows = spoken_digits()[split]
    places = [place for word in WORDS for place in np.flatnonzero(np.array(rows["label"]) == DIGITS.index(word))[: COUNTS[split]]]
    names = Dataset.from_dict({"label": [DIGITS[label] for label in rows.select(places)["label"]]})
    return concatenate_datasets([rows.select(places).select_columns("audio"), names], axis=1)


def write_recipe(folder: Path, **changes: Any) -> Path:
    for split in COUNTS:
        spoken(split).to_parquet(folder / f"{split}.parquet")
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump({**RECIPE, **changes}))
    return path


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    return finished(write_recipe(tmp_path_factory.mktemp("audio-classification")))


def test_a_run_compares_all_arms_above_chance_and_plays_clips_in_the_report(undisturbed: Path) -> None:
    comparison = json.loads((undisturbed / "comparison.json").read_text())
    assert (comparison["task"], comparison["metric"]) == ("audio-classification", "accuracy")
    assert set(comparison["arms"]) == set(ARMS)
    assert max(arm["mean"] for arm in comparison["arms"].values()) > 40, "three digits"
    page = (undisturbed / "report.html").read_text()
    assert page.count("<audio") >= 3
    assert "data:audio/mpeg;base64," in page


def test_every_row_of_the_minted_set_is_a_clip_that_can_be_played(undisturbed: Path) -> None:
    rows = load_dataset("parquet", data_files=str(undisturbed / "minted" / "data" / "*.parquet"), split="train")
    assert isinstance(rows.features["audio"], Audio)
    assert rows.features["label"].names == list(WORDS)
    assert rows["augmint_origin"][:].count("generator") >= 3
    for row in rows.cast_column("audio", Audio(decode=False)):
        samples, rate = soundfile.read(io.BytesIO(row["audio"]["bytes"]))
        assert rate == 16000
        assert 0 < abs(samples).max() <= 1
        assert len(samples) > 1000


def test_the_kept_augmenter_mints_in_a_script(undisturbed: Path) -> None:
    train = spoken("train")
    augmenter = Augmenter.from_pretrained(undisturbed / "augmenter")
    assert augmenter.generator is not None
    bigger = augmenter.mint(train.class_encode_column("label"), ratio=1.0)
    assert bigger.select(range(len(train)))["audio"][:] == train["audio"][:]
    assert "generator" in bigger["augmint_origin"][:]


def test_killed_and_with_more_workers_a_run_ends_as_if_undisturbed(undisturbed: Path, tmp_path: Path) -> None:
    moments = {"training": "checkpoints/checkpoint-25/state.json"}
    check_killed(write_recipe(tmp_path, search={**RECIPE["search"], **MORE_WORKERS}), undisturbed, moments)
