"""The image GANs under their own objective: they learn, in every combination, and the defaults are arguments."""

import pytest
import torch

from augmint.core.adversarial import AdaController, AdversarialArguments, AdversarialTrainer
from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom
from augmint.vision.architectures.r3gan import gradient_weight
from augmint.vision.generators import build_pair, generator_names
from augmint.vision.objective import ImageObjective, adversarial_defaults, image_objective

ROWS = 64


class Patches(torch.utils.data.Dataset):
    """Two classes of 8 px images: a bright left half, a bright right half, of varying brightness."""

    def __len__(self):
        return ROWS

    def __getitem__(self, row):
        image = torch.full((1, 8, 8), -0.8)
        start = 4 * (row % 2)
        image[:, :, start:start + 4] = 0.2 + 0.5 * ((row // 2) % 8) / 8
        return {"image": image, "label": torch.tensor(row % 2)}


def trained(name, tmp_path, steps, size=ROWS, objective=None, **values):
    pair = build_pair(name, {"base_channels": 16, "latent_dim": 8}, image_size=8, channels=1, num_classes=2)
    arguments = {**adversarial_defaults(size, 8, name), "max_steps": steps, "per_device_train_batch_size": 32, "use_cpu": True,
                 "threads": 1, "disable_tqdm": True, "output_dir": str(tmp_path), "save_steps": 10_000, **values}
    trainer = AdversarialTrainer(*pair, objective or image_objective(name, size, 8), AdversarialArguments(**arguments), Patches())
    trainer.train()
    return trainer


@pytest.mark.parametrize("name", generator_names())
def test_a_short_training_learns_where_each_class_is_bright(name, tmp_path):
    trainer = trained(name, tmp_path, 80 if name == "r3gan" else 200, size=100_000, ema_half_life=300.0)
    with torch.no_grad():
        batch = trainer.ema.sample(40, {"label": torch.arange(40) % 2}, rng=RowRandom(3, "test", rows=range(40)))
    left, right = batch["image"][..., :4].mean((1, 2, 3)), batch["image"][..., 4:].mean((1, 2, 3))
    right_side = torch.where(batch["label"] == 0, left > right, right > left)
    assert right_side.float().mean() > 0.9


@pytest.mark.parametrize("name", generator_names())
def test_little_data_is_augmented_and_trains(name, tmp_path):
    trainer = trained(name, tmp_path, 6)
    assert trainer.objective.augment is not None
    assert all(weight.isfinite().all() for weight in trainer.generator.parameters())


def test_much_data_is_not_augmented_unless_ada_is_given():
    assert image_objective("r3gan", 60_000).augment is None
    assert image_objective("r3gan", 60_000, ada=AdaController()).augment is not None


def test_the_condition_is_ramped_in_on_both_networks_and_survives_a_resume(tmp_path):
    objective = ImageObjective("hinge", condition_ramp=(2, 6))
    trainer = trained("sngan", tmp_path, 4, objective=objective)
    # the last update was made at step 3, a quarter of the way
    for network in (trainer.generator, trainer.discriminator, trainer.ema):
        assert float(network.condition_strength) == pytest.approx(0.25)
    again = ImageObjective("hinge", condition_ramp=(2, 6))
    again.load_state_dict(objective.state_dict())
    assert again.condition_strength() == objective.condition_strength() == 0.5
    again.step_end(100, {"rows": 32.0})
    assert again.condition_strength() == 1.0


def test_without_a_condition_strength_generators_ignore_the_class():
    generator, _ = build_pair("r3gan", {"base_channels": 4}, image_size=8, channels=1, num_classes=2)
    generator.condition_strength.zero_()
    images = generator.render(torch.ones(2, 64), torch.tensor([0, 1]))
    assert torch.allclose(images[0], images[1], atol=1e-6)


@pytest.mark.parametrize("name", generator_names())
@pytest.mark.parametrize("rows", [100, 10_000, 60_000])
@pytest.mark.parametrize("size", [8, 28, 64, 256])
def test_defaults_are_arguments_the_trainer_takes(name, rows, size):
    defaults = adversarial_defaults(rows, size, name)
    assert defaults.items() <= AdversarialArguments.from_dict(defaults).to_dict().items()


def test_the_gradient_weight_grows_with_the_pixels():
    assert gradient_weight(8) < gradient_weight(28) < gradient_weight(256)


def test_an_unknown_architecture_is_refused():
    for call in (lambda: image_objective("r3gn", 100), lambda: adversarial_defaults(100, 8, "r3gn")):
        with pytest.raises(UserError, match="r3gan"):
            call()


def test_a_ramp_that_ends_before_it_starts_is_refused():
    with pytest.raises(UserError, match="condition_ramp"):
        ImageObjective("hinge", condition_ramp=(5, 5))
