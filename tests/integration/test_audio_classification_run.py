"""All seven steps of audio classification, with more workers, and killed and taken up."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import soundfile
import yaml
from datasets import Audio, load_dataset

from augmint.audio.builtin import spoken_digits
from augmint.core import Augmenter
from augmint.core.cli import main

sys.path.insert(0, str(Path(__file__).parent))
from tiny import fingerprint, run_killed

ARMS = ["original", "standard", "policy", "minted", "policy+minted"]
RECIPE: dict[str, Any] = {
    "task": "audio-classification",
    "data": {
        "path": "builtin:spoken-digits",
        "splits": {"train": "train", "validation": "validation", "test": "test"},
        "train_limit": {"per_class": 3},
        "validation_limit": {"per_class": 2},
        "test_limit": {"per_class": 3},
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
    "generator": {"base_channels": 8},
    "judge": {"members": 1},
    "adversarial": {"max_steps": 6, "save_steps": 2, "logging_steps": 2, "per_device_train_batch_size": 8},
    "search": {"trials": 5, "finalists": 1, "final_seeds": 1, "executor": "serial"},
    "mint": {"ratio": 0.5, "max_rounds": 1},
    "finetune": {"max_steps": 30, "per_device_train_batch_size": 8, "learning_rate": 3e-3},
    "compare": {"seeds": [0, 1], "arms": ARMS},
    "seed": 0,
}

pytestmark = pytest.mark.xdist_group("audio-classification")  # one finished run serves all of them


def write_recipe(folder: Path, **changes: Any) -> Path:
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump({**RECIPE, **changes}))
    return path


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    folder = tmp_path_factory.mktemp("audio-classification")
    assert main(["run", str(write_recipe(folder)), "--set", f"output_dir={folder / 'run'}", "--quiet", "--debug"]) == 0
    return folder / "run"


def test_a_run_compares_all_arms_above_chance_and_plays_clips_in_the_report(undisturbed: Path) -> None:
    comparison = json.loads((undisturbed / "comparison.json").read_text())
    assert (comparison["task"], comparison["metric"]) == ("audio-classification", "accuracy")
    assert set(comparison["arms"]) == set(ARMS)
    assert max(arm["mean"] for arm in comparison["arms"].values()) > 20, "ten digits"
    page = (undisturbed / "report.html").read_text()
    assert page.count("<audio") >= 10
    assert "data:audio/mpeg;base64," in page


def test_every_row_of_the_minted_set_is_a_clip_that_can_be_played(undisturbed: Path) -> None:
    rows = load_dataset("parquet", data_files=str(undisturbed / "minted" / "data" / "*.parquet"), split="train")
    assert isinstance(rows.features["audio"], Audio)
    assert rows.features["label"].names[3] == "three"
    for row in rows.cast_column("audio", Audio(decode=False)):
        samples, rate = soundfile.read(io.BytesIO(row["audio"]["bytes"]))
        assert rate == 16000
        assert 0 < abs(samples).max() <= 1
        assert len(samples) > 1000


def test_the_kept_augmenter_mints_in_a_script(undisturbed: Path) -> None:
    train = spoken_digits()["train"].select(range(0, 300, 10))
    augmenter = Augmenter.from_pretrained(undisturbed / "augmenter")
    assert augmenter.generator is not None
    bigger = augmenter.mint(train, ratio=0.2, max_rounds=1)
    assert bigger.select(range(30))["audio"][:] == train["audio"][:]


def test_more_workers_give_the_same_bytes(undisturbed: Path, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, search={**RECIPE["search"], "executor": "processes", "workers": 2})
    assert main(["run", str(recipe), "--set", f"output_dir={tmp_path / 'run'}", "--quiet", "--debug"]) == 0
    assert fingerprint(tmp_path / "run") == fingerprint(undisturbed)


def test_killed_three_times_a_run_ends_as_if_undisturbed(undisturbed: Path, tmp_path: Path) -> None:
    moments = {
        "training": "checkpoints/checkpoint-2/state.json",
        "the search": "search/trials.jsonl",
        "fine-tuning": "finetuned/original/seed-0/result.json",
    }
    recipe, run = write_recipe(tmp_path), tmp_path / "run"
    assert run_killed(recipe, run, moments) == 0
    assert fingerprint(run) == fingerprint(undisturbed)
