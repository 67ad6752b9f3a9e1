"""What a recipe's `generator` and `policy` sections say reaches the networks, the objective and the policy space."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from augmint.core.adversarial import AdversarialArguments, AdversarialTrainer
from augmint.core.errors import UserError
from augmint.core.interfaces import Splits, TaskSettings
from augmint.vision import ImageDiscriminator, ImageGenerator
from augmint.vision.builtin import digits
from augmint.vision.classification.task import ImageClassification
from augmint.vision.objective import ImageObjective

LOSSES = {
    "hinge": "hinge",
    "non-saturating": "non_saturating",
    "relativistic": "relativistic",
    "least-squares": "least_squares",
    "wgan-gp": "wasserstein",
}
NAMES = ("r3gan", "sngan")


def task(generator: dict[str, Any], policy: dict[str, Any] | None = None) -> ImageClassification:
    rows = digits()["train"].select(range(40))
    empty: dict[str, Any] = {name: {} for name in ("columns", "model", "finetune", "judge")}
    settings = TaskSettings(**empty, generator={"base_channels": 4, **generator}, policy=policy or {}, seed=0, threads=1)
    return ImageClassification(Splits(rows, rows, None, None), settings)


def objective(generator: dict[str, Any]) -> ImageObjective:
    found = task(generator).adversarial_networks()[2]
    assert isinstance(found, ImageObjective)
    return found


def trained(folder: Path, generator: dict[str, Any], **changes: Any) -> AdversarialTrainer:
    """Two steps, as the stage `train` takes them."""
    work = task(generator)
    values = {**work.adversarial_defaults(), "max_steps": 2, "per_device_train_batch_size": 8, "use_cpu": True, "threads": 1}
    values |= {"disable_tqdm": True, "output_dir": str(folder), "save_steps": 10_000, **changes}
    trainer = AdversarialTrainer(*work.adversarial_networks(), AdversarialArguments(**values), work.adversarial_rows(None))
    trainer.train()
    return trainer


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_trains_from_a_recipe(tmp_path: Path, name: str, loss: str) -> None:
    trainer = trained(tmp_path, {"name": name, "loss": loss})
    assert isinstance(trainer.objective, ImageObjective)
    assert trainer.objective.loss.name == LOSSES[loss]
    assert all(weight.isfinite().all() for weight in trainer.generator.parameters())


def test_everything_at_once_trains_from_a_recipe(tmp_path: Path) -> None:
    values = {"loss": "hinge", "augment": ["translation"], "ada": 0.5, "r1": 0.1, "lecam": 0.2, "condition_ramp": [0, 2]}
    made = trained(tmp_path, {**values, "r2": 0, "shared_label_embedding": True}).objective
    assert isinstance(made, ImageObjective)
    assert {item.name: item.weight for item in made.regularizers} == {"r1": 0.1, "lecam": 0.2}
    assert (made.ada and made.ada.target, made.condition_ramp) == (0.5, (0, 2))
    assert made.augment is not None
    assert made.augment.policy == ("translation",)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_left_out_stays_the_architectures(name: str) -> None:
    plain, null = objective({"name": name}), objective({"name": name, "loss": None, "r1": None})
    for made in (plain, null):
        assert made.loss.name == {"r3gan": "relativistic", "sngan": "hinge"}[name]
        assert {item.name for item in made.regularizers} == {"r3gan": {"r1", "r2"}, "sngan": {"lecam"}}[name]
        assert made.augment is not None
        assert made.ada is None
        assert made.condition_ramp is None


def test_single_values_change_what_they_name() -> None:
    assert objective({"augment": "none"}).augment is None
    ada = objective({"ada": True}).ada
    assert ada is not None
    assert ada.target == 0.6
    assert objective({"ada": False}).ada is None
    assert {item.name for item in objective({"r2": 0}).regularizers} == {"r1"}
    assert {item.name: item.weight for item in objective({"loss": "wgan-gp"}).regularizers} == {"gradient_penalty": 10.0}
    named = objective({"loss": "wgan-gp", "gradient_penalty": 1, "r1": 0.5}).regularizers
    assert {item.name: item.weight for item in named} == {"gradient_penalty": 1.0, "r1": 0.5}


@pytest.mark.parametrize(
    ("generator", "where", "words"),
    [
        ({"loss": "hing"}, "generator.loss", "Did you mean 'hinge'"),
        ({"augment": "colour"}, "generator.augment", "Did you mean 'color'"),
        ({"augment": 3}, "generator.augment", "augment is 3"),
        ({"ada": 2}, "generator.ada", "ada is 2"),
        ({"ada": True, "augment": "none"}, "generator.ada", "nothing to adapt"),
        ({"r1": -1}, "generator.r1", "r1 is -1"),
        ({"lecam": "much"}, "generator.lecam", "lecam is"),
        ({"condition_ramp": [5, 5]}, "generator.condition_ramp", "condition_ramp is"),
        ({"condition_ramp": 5}, "generator.condition_ramp", "condition_ramp is 5"),
        ({"shared_label_embedding": 3}, "generator.shared_label_embedding", "is 3"),
        ({"base_chanels": 4}, "generator.base_chanels", "base_channels"),
        ({"los": "hinge"}, "generator.los", "Did you mean 'loss'"),
        ({"label_dim": 4}, "generator.label_dim", "Unknown key"),
    ],
)
def test_values_that_cannot_be_are_refused(generator: dict[str, Any], where: str, words: str) -> None:
    with pytest.raises(UserError) as error:
        task(generator).adversarial_networks()
    assert words in str(error.value)
    assert error.value.where == where


@pytest.mark.parametrize("owner", ["generator", "discriminator"])
@pytest.mark.parametrize("name", NAMES)
def test_one_optimiser_alone_owns_the_shared_label_embedding(tmp_path: Path, name: str, owner: str) -> None:
    trainer = trained(tmp_path, {"name": name, "shared_label_embedding": True}, shared_parameters=owner)
    generator, discriminator = trainer.generator, trainer.discriminator
    assert isinstance(generator, ImageGenerator)
    assert isinstance(discriminator, ImageDiscriminator)
    assert generator.embed is not None
    assert discriminator.labels is generator.embed
    held = {
        role: any(weight is generator.embed.weight for group in optimiser.param_groups for weight in group["params"])
        for role, optimiser in (
            ("generator", trainer.phases.generator_optimizer),
            ("discriminator", trainer.phases.discriminator_optimizer),
        )
    }
    assert held == {role: role == owner for role in held}
    assert not torch.equal(generator.embed.weight, task({"name": name}).adversarial_networks()[0].embed.weight)


def test_a_pair_that_shared_its_labels_is_read_back(tmp_path: Path) -> None:
    work = task({"shared_label_embedding": True})
    generator, discriminator, _ = work.adversarial_networks()
    assert work.adversarial_defaults()["shared_parameters"] == "generator"
    assert "shared_parameters" not in task({}).adversarial_defaults()
    for network, folder in ((generator, "g"), (discriminator, "d")):
        network.save_pretrained(tmp_path / folder)
    _, again = work.load_networks(tmp_path / "g", tmp_path / "d")
    batch = {"image": torch.rand(3, 1, 8, 8) * 2 - 1, "label": torch.tensor([0, 4, 9])}
    assert torch.equal(again(batch), discriminator(batch))


FLIPS = [("none", set()), ("horizontal", {"flip"}), ("both", {"flip", "vertical_flip"}), (None, {"flip"})]


@pytest.mark.parametrize(("flip", "ops"), FLIPS)
def test_a_recipe_says_which_flips_keep_labels_true(flip: str | None, ops: set[str]) -> None:
    space = task({}, {"flip": flip}).policy_space()
    point = space.starts()["prior"]
    choice = next((dimension.choices[-1] for dimension in space.dimensions if dimension.name == "flip"), None)
    policy = space.decode({**point, "flip": choice} if choice else point)
    assert {op for stage in policy.to_dict()["stages"] for op in stage["ops"] if "flip" in op} == ops


def test_an_unknown_flip_is_refused() -> None:
    with pytest.raises(UserError, match="Did you mean 'horizontal'"):
        task({}, {"flip": "horizontl"}).check_settings()
