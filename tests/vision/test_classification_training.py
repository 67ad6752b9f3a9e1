"""Fine-tuning the user's model."""

import random

import numpy as np
import pytest
import torch

from augmint.core.errors import UserError
from augmint.core.evaluation.finetuning import temporary_output
from augmint.core.minting.torch_state import fixed_threads
from augmint.vision.builtin import digits
from augmint.vision.classification.model import Preprocessing, build_model, check_model
from augmint.vision.classification.plan import TrainingPlan
from augmint.vision.classification.training import train, training_arguments
from augmint.vision.codec import ImageCodec
from augmint.vision.policy import trivial_augment
from augmint.vision.rows import ImageRows

NAMES = [str(digit) for digit in range(10)]
TINY = {
    "scratch": {
        "model_type": "resnet",
        "layer_type": "basic",
        "embedding_size": 8,
        "hidden_sizes": [8, 16],
        "depths": [1, 1],
        "image_size": 16,
    }
}
CODEC = ImageCodec({"image": "image", "label": "label"}, NAMES, 1, 8)


def fine_tune(seed: int = 0, steps: int = 60, output_dir=None):
    data = digits()
    network, preprocessing = build_model(TINY, NAMES, channels=1, size=8, seed=seed)
    plan = TrainingPlan(
        ImageRows(data["train"].select(range(200)), CODEC),
        None,
        None,
        0.0,
        trivial_augment(),
        augment_extra=True,
        classes=10,
        batch_size=32,
        steps=steps,
        seed=seed,
    )
    with fixed_threads(1), temporary_output() as scratch:
        arguments = training_arguments(
            {"per_device_train_batch_size": 32}, pretrained=False, steps=steps, seed=seed, output_dir=scratch
        )
        result = train(network, preprocessing, plan, arguments, {"test": ImageRows(data["test"], CODEC)}, output_dir)
    return network, result


def test_fine_tuning_learns_and_repeats_bit_for_bit() -> None:
    first, result = fine_tune()
    second, again = fine_tune()
    assert result.scores["test"] > 50
    assert result.scores == again.scores
    assert all(torch.equal(a, b) for a, b in zip(first.state_dict().values(), second.state_dict().values(), strict=True))
    assert np.mean(result.rows["test"]) == pytest.approx(result.scores["test"])


def test_fine_tuning_leaves_the_callers_random_state_alone() -> None:
    torch.manual_seed(5)
    random.seed(5)
    before = torch.rand(1), random.random()
    torch.manual_seed(5)
    random.seed(5)
    fine_tune(steps=2)
    assert (torch.rand(1), random.random()) == before


def test_another_seed_starts_from_other_weights() -> None:
    a, _ = build_model(TINY, NAMES, channels=1, size=8, seed=0)
    b, _ = build_model(TINY, NAMES, channels=1, size=8, seed=1)
    assert not all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))


def test_a_local_folder_is_fine_tuned_with_new_classes(tmp_path) -> None:
    network, _ = build_model(TINY, NAMES, channels=3, size=8, seed=0)
    network.save_pretrained(tmp_path)
    loaded, preprocessing = build_model({"name_or_path": str(tmp_path)}, ["a", "b"], channels=1, size=8, seed=0)
    assert loaded.config.num_labels == 2
    image = torch.zeros(2, 1, 8, 8, dtype=torch.uint8)
    assert loaded(pixel_values=preprocessing(image)).logits.shape == (2, 2)


def test_preprocessing_survives_a_round_trip(tmp_path) -> None:
    one = Preprocessing(16, (0.1, 0.2, 0.3), (0.4, 0.5, 0.6))
    one.save(tmp_path)
    assert Preprocessing.load(tmp_path) == one


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({"scratch": {"model_type": "resnett"}}, "Did you mean 'resnet'"),
        ({"scratch": {"model_type": "resnet", "hiden_sizes": [4]}}, "hidden_sizes"),
        ({"scratch": {"hidden_sizes": [4]}}, "model_type"),
        ({"scratch": {"model_type": "bert"}}, "does not classify images"),
        ({"name_or_path": "/nowhere/at/all"}, "cannot be loaded"),
        ({"name": "x"}, "not a key"),
    ],
)
def test_models_that_cannot_be_built_are_refused_with_a_reason(model: dict, message: str) -> None:
    with pytest.raises(UserError, match=message):
        check_model(model)
