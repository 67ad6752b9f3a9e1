"""Geometric ops do to pixels exactly what their maps say."""

import math

import numpy as np
import pytest
import torch

from augmint.core.interfaces import RowRandom
from augmint.vision.ops import compose, get_op, identity_maps, ops, resample
from augmint.vision.ops.geometric import GeometricOp
from augmint.vision.ops.resample import interpolate, linear_maps, move, shift_maps


def noise_images(n=6, channels=3, height=12, width=17) -> torch.Tensor:
    return torch.randint(0, 256, (n, channels, height, width), generator=torch.Generator().manual_seed(1)).to(torch.uint8)


def shifts(x: float, y: float, n: int = 6) -> np.ndarray:
    return shift_maps(x, y, n)


def turns(degrees: float, n: int = 6) -> np.ndarray:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return linear_maps(cos, -sin, sin, cos, n)


def test_the_identity_map_changes_no_pixel():
    image = noise_images()
    assert torch.equal(resample(image, identity_maps(6)), image)


def test_whole_pixel_shifts_move_pixels_unblurred_and_fill_with_black():
    image = noise_images()
    moved = resample(image, shifts(3, -2))
    assert torch.equal(moved[..., 2:, :-3], image[..., :-2, 3:])
    assert int(moved[..., :2, :].max()) == 0
    assert int(moved[..., -3:].max()) == 0


@pytest.mark.parametrize(("fill", "expected"), [
    ("border", [9, 9, 9, 1, 2]), ("reflect", [1, 9, 9, 1, 2]), ("zeros", [0, 0, 9, 1, 2])])
def test_fill_decides_what_comes_in_from_outside(fill, expected):
    ramp = torch.tensor([9, 1, 2, 3, 4], dtype=torch.uint8).expand(1, 1, 5, 5).contiguous()
    assert resample(ramp, shifts(-2, 0, 1), fill)[0, 0, 0].tolist() == expected


@pytest.mark.parametrize("name", ["flip", "vertical_flip"])
def test_flips_mirror_and_two_flips_change_nothing(name):
    image = noise_images()
    op = get_op(name)
    parameters = op.draw(RowRandom(0, "t", rows=range(6)), torch.ones(6), {"image": image})
    once = op.apply({"image": image}, parameters)
    assert torch.equal(once["image"], image.flip(3 if name == "flip" else 2))
    assert torch.equal(op.apply(once, parameters)["image"], image)


@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_quarter_turns_are_exact_on_squares(quarter):
    image = noise_images(height=13, width=13)
    assert torch.equal(resample(image, turns(90 * quarter)), torch.rot90(image, quarter, (2, 3)))


def test_consecutive_maps_fuse_into_one_resampling():
    smooth = torch.zeros(6, 1, 41, 41)
    y, x = torch.meshgrid(torch.linspace(-1, 1, 41), torch.linspace(-1, 1, 41), indexing="ij")
    smooth[:, 0] = torch.exp(-8 * ((x - 0.1) ** 2 + (y + 0.2) ** 2))
    first, second = compose(turns(30), shifts(2.5, 1)), linear_maps(1.2, 0.3, 0, 0.9, 6)
    sequential = resample(resample(smooth, first), second)
    assert (resample(smooth, compose(first, second)) - sequential).abs().max() < 0.02
    assert (resample(smooth, compose(second, first)) - sequential).abs().max() > 0.05  # the order matters


def test_rotation_turns_by_up_to_135_degrees_either_way():
    maps = get_op("rotate").draw(RowRandom(0, "t", rows=range(200)), torch.ones(200), {"image": noise_images(200)})["map"]
    angle = torch.rad2deg(torch.atan2(maps[:, 1, 0], maps[:, 0, 0])).round()
    assert set(angle.tolist()) == {-135.0, 135.0}
    assert 60 < int((angle > 0).sum()) < 140


def test_crops_stay_within_the_padding_and_use_all_of_it():
    image = noise_images(500, 1, 32, 32)
    maps = get_op("crop").draw(RowRandom(0, "t", rows=range(500)), torch.full((500,), 0.5), {"image": image})["map"]
    assert set(maps[:, 0, 2].tolist()) == set(range(-4, 5))
    assert set(maps[:, 1, 2].tolist()) == set(range(-4, 5))


def test_resized_crops_stay_inside_the_image():
    n, height, width = 400, 24, 36
    image = noise_images(n, 1, height, width)
    maps = get_op("resized_crop").draw(RowRandom(0, "t", rows=range(n)), torch.ones(n), {"image": image})
    corner = torch.tensor([width / 2, height / 2, 1.0], dtype=torch.float64)
    for sign in (torch.tensor([1.0, 1, 1]), torch.tensor([-1.0, -1, 1])):
        reach = (maps["map"] @ (corner * sign).double())[:, :2].abs()
        assert bool((reach[:, 0] <= width / 2 + 1e-9).all())
        assert bool((reach[:, 1] <= height / 2 + 1e-9).all())
    area = maps["map"][:, 0, 0] * maps["map"][:, 1, 1]
    assert 0.05 < float(area.min()) < 0.15
    assert float(area.max()) > 0.9


@pytest.mark.parametrize("fill", ["zeros", "reflect", "border"])
def test_copying_whole_pixels_equals_interpolating(fill):
    image = noise_images(40).float() / 255
    rng = np.random.default_rng(0)
    flip = linear_maps(rng.choice([-1.0, 1.0], 40), 0, 0, rng.choice([-1.0, 1.0], 40), 40)
    maps = compose(shift_maps(rng.integers(-20, 20, 40), rng.integers(-15, 15, 40), 40), flip)
    assert (move(image, maps[:, :2], fill) - interpolate(image, maps[:, :2], fill)).abs().max() < 1e-3


def test_every_geometric_op_works_on_one_pixel_wide_images():
    for name, op in ops().items():
        if isinstance(op, GeometricOp):
            thin = {"image": noise_images(3, 1, 9, 1)}
            out = op.apply(thin, op.draw(RowRandom(0, name, rows=range(3)), torch.full((3,), 0.7), thin))
            assert out["image"].shape == thin["image"].shape
