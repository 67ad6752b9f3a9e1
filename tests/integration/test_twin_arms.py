"""Arms that train on the very same are trained once, and the report says so."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from augmint.core.pipeline import Run, load_recipe
from augmint.core.pipeline.twins import same_arms
from augmint.core.pipeline.workshop import Workshop

sys.path.insert(0, str(Path(__file__).parent))
from tiny import write_recipe


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose search found that no augmentation is best."""
    folder = tmp_path_factory.mktemp("twins")
    compare = {"seeds": [0, 1], "arms": ["original", "standard", "policy", "policy+minted", "minted"]}
    path = write_recipe(folder, search={"trials": 2}, adversarial={"max_steps": 50}, finetune={"max_steps": 20}, compare=compare)
    recipe = replace(load_recipe(path), output_dir=str(folder / "run"))
    Run.open(recipe).stage("mint")
    shop = Workshop(Run.open(recipe).directory)
    nothing = shop.space.decode(shop.space.starts()["identity"])
    shop.directory.policy.write_text(json.dumps(nothing.to_dict()))
    Run.open(recipe).all()
    return folder / "run"


def test_an_arm_that_is_another_under_its_name_is_not_trained_again(run: Path) -> None:
    for seed in (0, 1):
        for arm, twin in (("policy", "original"), ("minted", "policy+minted")):
            one, other = (run / "finetuned" / name / f"seed-{seed}" / "model.safetensors" for name in (arm, twin))
            assert one.stat().st_ino == other.stat().st_ino, "the same file, not a second training"
        assert (run / "finetuned" / "standard" / f"seed-{seed}" / "model.safetensors").stat().st_nlink == 1
    comparison = json.loads((run / "comparison.json").read_text())
    assert comparison["same"] == {"policy": "original", "minted": "policy+minted"}
    assert comparison["verdict"]["use"] not in comparison["same"]
    assert "policy, the nearest" not in comparison["verdict"]["reason"]
    assert comparison["arms"]["policy"] == comparison["arms"]["original"]
    assert comparison["differences"]["policy - original"]["ci95"] == [0.0, 0.0]


def test_the_report_tells(run: Path) -> None:
    assert "nothing but &#39;original&#39; under another name" in (run / "report.html").read_text()


def test_a_policy_that_is_the_baseline_is_its_twin_and_any_other_is_none(run: Path) -> None:
    shop = Workshop(Run.open(load_recipe(run / "recipe.yaml")).directory)
    held = shop.directory.policy.read_text()
    try:
        shop.directory.policy.write_text(json.dumps(shop.task.baseline().to_dict()))
        assert same_arms(shop) == {"policy": "standard"}
        shop.directory.policy.write_text(json.dumps(shop.space.decode({**shop.space.starts()["identity"], "mixup": 0.5}).to_dict()))
        assert same_arms(shop) == {}
    finally:
        shop.directory.policy.write_text(held)
