"""Pixel ops against Pillow's definitions, and the types and channel counts they take."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from sklearn.datasets import load_sample_images

from augmint.core.errors import UserError
from augmint.core.interfaces import Op, RowRandom
from augmint.vision.ops import get_op, ops, register


@pytest.fixture(scope="module")
def photos() -> torch.Tensor:
    """uint8 (8, 3, 40, 48): parts of two photographs."""
    parts = [image[y:y + 200:5, x:x + 240:5] for image in load_sample_images().images for y in (20, 200) for x in (100, 380)]
    return torch.from_numpy(np.stack(parts).transpose(0, 3, 1, 2).copy())


def through_pillow(images: torch.Tensor, change) -> torch.Tensor:
    rows = [np.asarray(change(Image.fromarray(row.permute(1, 2, 0).numpy()))) for row in images]
    return torch.from_numpy(np.stack(rows).transpose(0, 3, 1, 2).copy())


def worst(first: torch.Tensor, second: torch.Tensor) -> int:
    return int((first.int() - second.int()).abs().max())


SWITCHED = {"auto_contrast": ImageOps.autocontrast, "equalize": ImageOps.equalize, "invert": ImageOps.invert,
            "grayscale": lambda image: ImageOps.grayscale(image).convert("RGB")}


@pytest.mark.parametrize("name", SWITCHED)
def test_switched_ops_give_what_pillow_gives(name, photos):
    ours = get_op(name).apply({"image": photos}, {"on": torch.ones(8, dtype=torch.bool)})["image"]
    assert worst(ours, through_pillow(photos, SWITCHED[name])) <= 1


@pytest.mark.parametrize("bits", [7, 5, 3, 2])
def test_posterize_keeps_the_bits_that_pillow_keeps(bits, photos):
    ours = get_op("posterize").apply({"image": photos}, {"step": torch.full((8,), 2.0 ** (8 - bits))})["image"]
    assert worst(ours, through_pillow(photos, lambda image: ImageOps.posterize(image, bits))) == 0


@pytest.mark.parametrize("threshold", [0, 100, 255, 256])
def test_solarize_inverts_where_pillow_does(threshold, photos):
    ours = get_op("solarize").apply({"image": photos}, {"threshold": torch.full((8,), float(threshold))})["image"]
    assert worst(ours, through_pillow(photos, lambda image: ImageOps.solarize(image, threshold))) == 0


@pytest.mark.parametrize("factor", [0.05, 0.6, 1.0, 1.5, 1.99])
@pytest.mark.parametrize(("name", "enhancer"), [
    ("brightness", ImageEnhance.Brightness), ("contrast", ImageEnhance.Contrast), ("color", ImageEnhance.Color),
    ("sharpness", ImageEnhance.Sharpness)])
def test_enhancements_give_what_pillow_gives(name, enhancer, factor, photos):
    ours = get_op(name).apply({"image": photos}, {"factor": torch.full((8,), factor)})["image"]
    theirs = through_pillow(photos, lambda image: enhancer(image).enhance(factor))
    assert worst(ours, theirs) <= 1  # Pillow cuts decimals off where we round
    assert ours.int().sub(theirs.int()).abs().float().mean() < 0.6


def test_blur_is_close_to_pillows_gaussian(photos):
    ours = get_op("blur").apply({"image": photos}, {"sigma": torch.full((8,), 1.5)})["image"]
    theirs = through_pillow(photos, lambda image: image.filter(ImageFilter.GaussianBlur(1.5)))
    unblurred = photos.int().sub(theirs.int()).abs().float().mean()
    assert ours.int().sub(theirs.int()).abs().float().mean() < 0.1 * unblurred  # Pillow approximates by box filters


def test_jpeg_gives_the_bytes_pillow_decodes(photos, tmp_path):
    ours = get_op("jpeg").apply({"image": photos[:1]}, {"quality": torch.tensor([30])})["image"]
    Image.fromarray(photos[0].permute(1, 2, 0).numpy()).save(tmp_path / "a.jpg", quality=30)
    assert worst(ours[0].permute(1, 2, 0), torch.from_numpy(np.array(Image.open(tmp_path / "a.jpg")))) == 0


def test_gamma_raises_to_the_power(photos):
    ours = get_op("gamma").apply({"image": photos}, {"power": torch.full((8,), 2.0)})["image"]
    assert worst(ours, (255 * (photos / 255.0) ** 2).round()) <= 1


def test_solarize_add_brightens_dark_pixels_only(photos):
    ours = get_op("solarize_add").apply({"image": photos}, {"added": torch.full((8,), 50.0)})["image"]
    assert torch.equal(ours, torch.where(photos < 128, photos + 50, photos))


def test_noise_has_the_deviation_it_says():
    grey = torch.full((64, 1, 32, 32), 128, dtype=torch.uint8)
    parameters = get_op("noise").draw(RowRandom(0, "t", rows=range(64)), torch.full((64,), 0.5), {"image": grey})
    change = get_op("noise").apply({"image": grey}, parameters)["image"].float() - 128
    assert abs(change.std() - 25.5) < 0.3
    assert abs(change.mean()) < 0.5


@pytest.mark.parametrize("name", ["erasing", "cutout"])
def test_hidden_rectangles_cover_the_part_of_the_image_they_should(name):
    image = torch.arange(32 * 32).reshape(1, 1, 32, 32).remainder(251).to(torch.uint8).repeat(400, 1, 1, 1)
    parameters = get_op(name).draw(RowRandom(0, "t", rows=range(400)), torch.full((400,), 0.5), {"image": image})
    box = parameters["box"]
    area = ((box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1])).float() / 32**2
    assert abs(area.mean() - 0.2) < 0.01  # half of 40 %
    assert bool((box >= 0).all())
    assert int(box.max()) <= 32
    hidden = get_op(name).apply({"image": image}, parameters)["image"]
    left, top, right, bottom = box[7].tolist()
    assert len(hidden[7, :, top:bottom, left:right].unique()) == 1
    outside = torch.ones(32, 32, dtype=torch.bool)
    outside[top:bottom, left:right] = False
    assert torch.equal(hidden[7, 0][outside], image[7, 0][outside])


@pytest.mark.parametrize("name", ["color", "grayscale"])
def test_saturation_leaves_images_without_three_channels_alone(name):
    image = torch.randint(0, 256, (4, 2, 8, 8), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    rng = RowRandom(0, "t", rows=range(4))
    parameters = get_op(name).draw(rng, torch.ones(4), {"image": image})
    assert torch.equal(get_op(name).apply({"image": image}, parameters)["image"], image)


def test_registering_says_what_is_wrong():
    class Again(type(get_op("rotate"))):
        name = "rotate"

    class Nameless(type(get_op("rotate"))):
        name = "Bad Name"

    with pytest.raises(UserError, match="registered already"):
        register(Again)
    with pytest.raises(UserError, match="lower-case word"):
        register(Nameless)
    with pytest.raises(UserError, match="not an op"):
        register(dict)  # type: ignore[type-var]
    with pytest.raises(UserError, match="Did you mean 'rotate'"):
        get_op("rotat")
    assert all(isinstance(op, Op) and op.name == name for name, op in ops().items())
    with pytest.raises(TypeError):
        ops()["mine"] = get_op("rotate")  # type: ignore[index]
