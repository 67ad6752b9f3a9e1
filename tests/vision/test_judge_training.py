"""How the judge's augmentation is chosen."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import torch

from augmint.vision.builtin import digits
from augmint.vision.classification.judge import load
from augmint.vision.classification.judge_training import Lesson, fit
from augmint.vision.codec import ImageCodec
from augmint.vision.policy import ImagePolicy, Stage
from augmint.vision.rows import ImageRows

CODEC = ImageCodec({"image": "image", "label": "label"}, [str(digit) for digit in range(10)], 1, 8)
MODEL = {"scratch": {"model_type": "resnet", "layer_type": "basic", "embedding_size": 8, "hidden_sizes": [8], "depths": [1],
                     "image_size": 8}}
BLANK = ImagePolicy((Stage({"brightness": 1.0}, 1.0, (1.0, 1.0)), Stage({"posterize": 1.0}, 1.0, (1.0, 1.0))))


def lesson() -> Lesson:
    data = digits()["train"]
    rows, validation = (ImageRows(data.select(range(*part)), CODEC) for part in ((0, 150), (150, 300)))
    policies = {"blank": BLANK, "none": ImagePolicy()}
    return Lesson(rows, None, 0.0, policies, validation, 60, 0, 1, MODEL, {"per_device_train_batch_size": 32})


def test_the_judge_is_trained_under_the_policy_that_scores_best_on_validation(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as executor:
        fit(tmp_path / "judge", lesson(), 2, executor)
    judge, batch = load(tmp_path / "judge"), lesson().validation.all()
    assert len(judge.members) == 2
    assert judge.name.endswith("under none")
    assert float((judge.probabilities(batch).argmax(1) == batch["label"]).float().mean()) > 0.5
    assert [path.name for path in tmp_path.iterdir()] == ["judge"], "nothing of the losing policy is left behind"


def test_the_choice_does_not_depend_on_the_order_of_the_policies(tmp_path: Path) -> None:
    given = lesson()
    turned = replace(given, policies=dict(reversed(given.policies.items())))
    with ThreadPoolExecutor(1) as executor:
        for name, taught in (("one", given), ("two", turned)):
            fit(tmp_path / name, taught, 1, executor)
    assert json.loads((tmp_path / "one/judge.json").read_text()) == json.loads((tmp_path / "two/judge.json").read_text())
    weights = [load(tmp_path / name).members[0].state_dict().values() for name in ("one", "two")]
    assert all(torch.equal(a, b) for a, b in zip(*weights, strict=True))
