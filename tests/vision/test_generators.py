"""Image generators: sizes, saving, seeds, conditions and refusals, on narrow real networks."""

import dataclasses

import pytest
import torch

from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom
from augmint.core.testing import check_generator
from augmint.vision.generators import ImageGenerator, ImageGeneratorConfig, build_pair, generator_names
from augmint.vision.nets import MAX_SIZE, MIN_SIZE, base_grid

NARROW = {"base_channels": 4, "max_channels": 8, "latent_dim": 6, "embed_dim": 4}


def narrow(name="r3gan", size=8, channels=1, classes=3, seed=0, **values):
    return build_pair(name, {**NARROW, **values}, image_size=size, channels=channels, num_classes=classes, seed=seed)


def draw(generator, rows, condition=None, **controls):
    with torch.no_grad():
        return generator.sample(len(rows), condition, rng=RowRandom(0, "test", rows=rows), **controls)


def test_every_size_has_a_base_grid_that_covers_it_with_under_a_quarter_to_spare():
    for size in range(MIN_SIZE, MAX_SIZE + 1):
        side, doublings = base_grid(size)
        assert side in (4, 5, 6, 7)
        assert doublings >= 1
        assert size <= side * 2**doublings < size * 1.25 + 1


@pytest.mark.parametrize("name", generator_names())
@pytest.mark.parametrize(("size", "channels"), [(8, 1), (9, 3), (20, 2), (28, 1), (33, 4), (64, 3)])
def test_images_have_exactly_the_size_and_channels_asked_for(name, size, channels):
    generator, discriminator = narrow(name, size, channels)
    batch = draw(generator, [0, 1])
    assert batch["image"].shape == (2, channels, size, size)
    assert batch["image"].dtype == torch.float32
    assert batch["image"].abs().max() <= 1
    assert discriminator(batch).shape == (2,)


@pytest.mark.parametrize("name", generator_names())
def test_the_largest_size_works(name):
    generator, discriminator = narrow(name, 256, 3)
    assert discriminator(draw(generator, [0])).isfinite().all()


@pytest.mark.parametrize("name", generator_names())
@pytest.mark.parametrize("classes", [0, 4])
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_generators_keep_the_contract(name, classes, mode):
    generator, _ = narrow(name, 12, 2, classes)
    getattr(generator, mode)()
    check_generator(generator, {"label": torch.tensor([0, 1, 2, 3])} if classes else None)


@pytest.mark.parametrize("name", generator_names())
def test_a_row_depends_on_itself_alone_even_in_training_mode(name):
    generator, _ = narrow(name)
    generator.train()
    whole = draw(generator, [5, 6, 7, 8], {"label": torch.tensor([0, 1, 2, 1])})["image"]
    alone = draw(generator, [7], {"label": torch.tensor([2])})["image"]
    assert torch.allclose(whole[2:3], alone, atol=1e-5)


@pytest.mark.parametrize("name", generator_names())
def test_saved_generators_come_back_bit_for_bit(name, tmp_path):
    generator, _ = narrow(name, 12, 3, group_size=0)
    generator.save_pretrained(tmp_path)
    again = ImageGenerator.from_pretrained(tmp_path)
    assert again.config == generator.config
    assert {path.name for path in tmp_path.iterdir()} >= {"config.json", "model.safetensors"}
    assert not [path for path in tmp_path.iterdir() if path.suffix in (".bin", ".pt", ".pkl")]
    condition = {"label": torch.tensor([0, 2])}
    assert torch.equal(draw(generator.eval(), [0, 1], condition)["image"], draw(again.eval(), [0, 1], condition)["image"])


@pytest.mark.parametrize("name", generator_names())
def test_initial_weights_depend_on_the_seed_alone_and_leave_the_global_generator(name):
    torch.rand(1)
    before = torch.get_rng_state()
    first, second, other = (narrow(name, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    for a, b in zip(first, second, strict=True):
        assert all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))
    assert not torch.equal(draw(first[0], [0], {"label": torch.tensor([0])})["image"],
                           draw(other[0], [0], {"label": torch.tensor([0])})["image"])


@pytest.mark.parametrize("name", generator_names())
def test_the_class_changes_the_image_of_the_same_noise(name):
    generator, _ = narrow(name)
    noise = torch.ones(2, 6)
    images = generator.render(noise, torch.tensor([0, 1]))
    assert (images[0] - images[1]).abs().max() > 1e-4


def test_without_a_condition_classes_are_drawn_and_all_occur():
    generator, _ = narrow()
    labels = draw(generator, range(60))["label"]
    assert set(labels.tolist()) == {0, 1, 2}


def test_an_unconditional_generator_hands_labels_through():
    generator, _ = narrow(classes=0)
    assert "label" not in draw(generator, [0, 1])
    assert draw(generator, [0, 1], {"label": torch.tensor([7, 9])})["label"].tolist() == [7, 9]


def test_less_truncation_is_less_diverse():
    generator, _ = narrow("sngan")
    condition = {"label": torch.zeros(16, dtype=torch.long)}
    spread = [float(draw(generator, range(16), condition, truncation=t)["image"].std(0).mean()) for t in (0.1, 0.5, 1.0)]
    assert spread[0] < spread[1] < spread[2]


def test_grouped_bottlenecks_are_an_option_of_the_residual_pair():
    generator, discriminator = narrow(size=16, group_size=4)
    assert any(module.groups > 1 for module in generator.modules() if isinstance(module, torch.nn.Conv2d))
    assert discriminator(draw(generator, [0, 1])).isfinite().all()


def test_a_key_with_the_prefix_holds_for_the_discriminator_alone():
    generator, discriminator = narrow(discriminator_base_channels=8)
    assert (generator.config.base_channels, discriminator.config.base_channels) == (4, 8)


@pytest.mark.parametrize(("values", "words"), [
    ({"base_chanels": 8}, "base_channels"),
    ({"image_size": 8}, "image_size"),
    ({"base_channels": 2}, "4 or more"),
    ({"base_channels": 8, "max_channels": 4}, "max_channels"),
    ({"latent_dim": 0}, "latent_dim"),
    ({"latent_dim": 1.5}, "latent_dim"),
    ({"blocks": True}, "blocks"),
    ({"group_size": 3, "base_channels": 8}, "group_size"),
])
def test_wrong_values_are_refused_by_name(values, words):
    with pytest.raises(UserError, match=words):
        build_pair("r3gan", values, image_size=8, channels=1, num_classes=3)


@pytest.mark.parametrize("size", [7, 257, 28.0, True])
def test_impossible_sizes_are_refused(size):
    with pytest.raises(UserError, match="8 to 256"):
        ImageGeneratorConfig(image_size=size)


def test_an_unknown_architecture_is_refused_with_the_nearest_name():
    with pytest.raises(UserError, match="r3gan"):
        build_pair("r2gan", {}, image_size=8, channels=1, num_classes=3)
    with pytest.raises(UserError, match="sngan"):
        dataclasses.replace(ImageGeneratorConfig(), architecture="sgan")


def test_one_class_is_refused():
    with pytest.raises(UserError, match="num_classes"):
        ImageGeneratorConfig(num_classes=1)


@pytest.mark.parametrize("label", [[0, 3], [-1, 0]])
def test_labels_out_of_range_are_refused(label):
    generator, discriminator = narrow()
    with pytest.raises(UserError, match="Labels run"):
        draw(generator, [0, 1], {"label": torch.tensor(label)})
    with pytest.raises(UserError, match="Labels run"):
        discriminator({"image": torch.zeros(2, 1, 8, 8), "label": torch.tensor(label)})


@pytest.mark.parametrize("truncation", [0, -1, float("nan")])
def test_truncation_must_be_above_0(truncation):
    with pytest.raises(UserError, match="truncation"):
        draw(narrow()[0], [0], truncation=truncation)
