"""A stranger's photographs: a folder a class, colour JPEGs of many sizes, one split."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from datasets import load_dataset
from PIL import Image

from augmint.core.cli import main

HUES = {"brick": (200, 60, 50), "leaf": (60, 180, 70), "sea": (50, 70, 200)}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for name, hue in HUES.items():
        folder = tmp_path / "photos" / name
        folder.mkdir(parents=True)
        for number in range(24):
            width, height = rng.integers(36, 70, 2)
            pixels = np.clip(np.array(hue) + rng.normal(0, 50, (height, width, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.jpg")
    return tmp_path / "photos"


def test_a_folder_of_colour_photographs_goes_through_all_steps(photos: Path, tmp_path: Path) -> None:
    scratch = {
        "model_type": "resnet",
        "layer_type": "basic",
        "embedding_size": 8,
        "hidden_sizes": [8, 16],
        "depths": [1, 1],
        "image_size": 32,
    }
    recipe = {
        "task": "image-classification",
        "data": {"path": "imagefolder", "data_dir": photos.name},
        "model": {"scratch": scratch},
        "generator": {"base_channels": 4, "image_size": 32},
        "judge": {"members": 1},
        "adversarial": {"max_steps": 30, "threads": 1},
        "search": {"trials": 2, "finalists": 1, "final_seeds": 2, "executor": "serial"},
        "finetune": {"max_steps": 15, "per_device_train_batch_size": 16},
        "compare": {"seeds": [0, 1], "arms": ["original", "standard", "policy+minted"]},
        "output_dir": str(tmp_path / "run"),
    }
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(recipe))
    assert main(["run", str(path), "--quiet", "--debug"]) == 0
    inspection = json.loads((tmp_path / "run" / "inspection.json").read_text())
    assert sum(inspection["sizes"].values()) == 72
    assert any("no test split" in notice for notice in inspection["notices"])
    rows = load_dataset("parquet", data_files=str(tmp_path / "run" / "minted" / "data" / "*.parquet"), split="train")
    assert rows.features["label"].names == sorted(HUES)
    assert rows[0]["image"].mode == "RGB"
    assert (tmp_path / "run" / "report.html").is_file()
