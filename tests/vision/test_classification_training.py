"""Fine-tuning the user's model."""

import json
import random

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from augmint.core.errors import UserError
from augmint.core.evaluation.finetuning import temporary_output
from augmint.core.minting.torch_state import fixed_threads
from augmint.vision.builtin import digits
from augmint.vision.classification.model import Preprocessing, build_model
from augmint.vision.classification.model_check import check_model
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


@pytest.mark.parametrize("wanted", [1, 3])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("processor", [None, [0.5, 0.5, 0.5]])
def test_images_are_converted_to_the_channels_of_the_model(tmp_path, wanted: int, channels: int, processor: list | None) -> None:
    config = {**TINY["scratch"], "num_channels": wanted}
    network, own = build_model({"scratch": config}, NAMES, channels=channels, size=8, seed=0)
    network.save_pretrained(tmp_path)
    if processor:
        values = {"image_processor_type": "ViTImageProcessor", "size": {"height": 16, "width": 16}}
        (tmp_path / "preprocessor_config.json").write_text(json.dumps({**values, "image_mean": processor, "image_std": processor}))
    model = {"name_or_path": str(tmp_path)}
    check_model(model, NAMES, channels=channels, size=8)
    loaded, preprocessing = build_model(model, NAMES, channels=channels, size=8, seed=0)
    image = torch.randint(0, 256, (2, channels, 8, 8), dtype=torch.uint8)
    for one, prepare in ((network, own), (loaded, preprocessing)):
        assert prepare(image).shape == (2, wanted, 16, 16)
        assert one(pixel_values=prepare(image)).logits.shape == (2, 10)


def test_colour_is_made_grayscale_as_pillow_does() -> None:
    image = torch.randint(0, 256, (1, 3, 8, 8), dtype=torch.uint8)
    grey = np.asarray(PillowImage.fromarray(image[0].permute(1, 2, 0).numpy()).convert("L"), dtype=np.float32) / 255
    assert np.abs(Preprocessing(8, (0.0,), (1.0,))(image)[0, 0].numpy() - grey).max() <= 1 / 255


def test_a_folder_without_weights_is_refused(tmp_path) -> None:
    build_model(TINY, NAMES, channels=3, size=8, seed=0)[0].config.save_pretrained(tmp_path)
    with pytest.raises(UserError, match="cannot be used") as error:
        check_model({"name_or_path": str(tmp_path)}, NAMES, channels=3, size=8)
    assert error.value.where == "model.name_or_path"


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
        ({"scratch": {**TINY["scratch"], "hidden_sizes": [8, 16, 32]}}, "hidden_sizes has 3 values and depths 2"),
        ({"scratch": {**TINY["scratch"], "embedding_size": -8}}, "cannot be used on these rows"),
        ({"scratch": {**TINY["scratch"], "num_channels": 5}}, "takes 5 channels"),
        ({"name_or_path": "/nowhere/at/all"}, "cannot be loaded"),
        ({"name": "x"}, "not a key"),
    ],
)
def test_models_that_cannot_be_built_are_refused_with_a_reason(model: dict, message: str) -> None:
    with pytest.raises(UserError, match=message):
        check_model(model, ["a", "b"], channels=3, size=32)
