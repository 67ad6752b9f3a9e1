"""Properties that hold for every registered op."""

import itertools

import numpy as np
import pytest
import torch
from sklearn.datasets import load_sample_images

from augmint.core.interfaces import RowRandom, select
from augmint.vision.ops import GeometricOp, ops

OPS = sorted(ops())
SWITCHES = {"auto_contrast", "equalize", "flip", "grayscale", "invert", "vertical_flip"}  # in full above magnitude 0
SETTLED = {"blur", "identity", "jpeg", "posterize", "solarize", "solarize_add"}  # by the magnitude alone


@pytest.fixture(scope="module")
def photos() -> torch.Tensor:
    """uint8 (48, 3, 32, 32): parts of two photographs."""
    spots = [(y, x) for y in range(0, 400, 100) for x in range(0, 600, 100)]
    parts = [image[y:y + 128:4, x:x + 128:4] for image in load_sample_images().images for y, x in spots][:48]
    return torch.from_numpy(np.stack([part[:32, :32] for part in parts if part.shape[:2] >= (32, 32)]).transpose(0, 3, 1, 2).copy())


def augmented(name: str, image: torch.Tensor, magnitude: float | torch.Tensor, rows=None, key: str = "t") -> torch.Tensor:
    rows = range(len(image)) if rows is None else rows
    strength = torch.as_tensor(magnitude, dtype=torch.float32).expand(len(image)).clone()
    op = ops()[name]
    return op.apply({"image": image}, op.draw(RowRandom(0, key, rows=rows), strength, {"image": image}))["image"]


def displacement(name: str, image: torch.Tensor) -> list[float]:
    """Mean distance in pixels that each of a few magnitudes moves pixels by (a square turned by 90 degrees looks less changed
    than one turned by 45, since its corners are back)."""
    y, x = torch.meshgrid(torch.arange(32.0) - 15.5, torch.arange(32.0) - 15.5, indexing="ij")
    at = torch.stack([x.flatten(), y.flatten(), torch.ones(32 * 32)]).double()
    rng = [RowRandom(0, "t", rows=range(len(image))) for _ in range(6)]
    maps = [ops()[name].draw(rng[i], torch.full((len(image),), i / 5), {"image": image})["map"] for i in range(6)]
    return [float((m @ at - at).norm(dim=1).mean()) for m in maps]


@pytest.mark.parametrize("name", OPS)
def test_more_magnitude_changes_images_more(name, photos):
    distance = [float((augmented(name, photos, m).float() - photos.float()).abs().mean()) for m in (0, 0.2, 0.4, 0.6, 0.8, 1.0)]
    assert distance[0] == 0 or name == "identity"
    if name == "identity":
        assert max(distance) == 0
    elif name in SWITCHES:
        assert min(distance[1:]) == max(distance[1:]) > 1, distance
    else:
        measure = displacement(name, photos) if isinstance(ops()[name], GeometricOp) else distance
        assert all(later > earlier for earlier, later in itertools.pairwise(measure)), measure


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
@pytest.mark.parametrize("name", OPS)
def test_a_row_does_not_depend_on_the_rows_beside_it(name, dtype, photos):
    image = photos if dtype == torch.uint8 else photos.float() / 255
    magnitude = torch.linspace(0, 1, len(image))
    whole = augmented(name, image, magnitude)
    for part in (slice(0, 1), slice(5, 12), slice(30, 33)):
        alone = augmented(name, image[part], magnitude[part], rows=range(len(image))[part])
        assert torch.equal(alone, whole[part])


@pytest.mark.parametrize("name", OPS)
def test_the_same_parameters_give_the_same_images(name, photos):
    op = ops()[name]
    batch = {"image": photos, "label": torch.arange(len(photos))}
    before = photos.clone()
    parameters = op.draw(RowRandom(3, "t", rows=range(len(photos))), torch.full((len(photos),), 0.7), batch)
    kept = {key: value.clone() for key, value in parameters.items()}
    first, second = op.apply(batch, parameters), op.apply(batch, kept)
    assert torch.equal(first["image"], second["image"])
    assert torch.equal(first["label"], batch["label"])
    assert torch.equal(photos, before), "the input was overwritten"
    assert all(len(value) == len(photos) for value in parameters.values())
    some = op.apply(select(batch, [4, 9]), select(parameters, [4, 9]))
    assert torch.equal(some["image"], first["image"][[4, 9]])


@pytest.mark.parametrize("name", OPS)
def test_floating_point_images_give_what_uint8_images_give(name, photos):
    whole = augmented(name, photos, 0.6).float()
    real = augmented(name, photos.float() / 255, 0.6)
    assert real.dtype == torch.float32
    assert float(real.min()) >= 0
    assert float(real.max()) <= 1
    assert (whole - real * 255).abs().max() <= 1.01


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("name", OPS)
def test_any_channel_count_and_odd_sizes_keep_shape_and_type(name, channels):
    image = torch.randint(0, 256, (3, channels, 7, 10), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    out = augmented(name, image, 1.0)
    assert out.shape == image.shape
    assert out.dtype == image.dtype


@pytest.mark.parametrize("name", sorted(set(OPS) - SWITCHES - SETTLED))
def test_rows_draw_different_parameters(name, photos):
    same = photos[:1].expand(16, -1, -1, -1).contiguous()
    assert len(augmented(name, same, 0.6).flatten(1).unique(dim=0)) > 1
