"""Image policies: per-row draws, fusion, JSON, and what they say about wrong input."""

import json
from collections import Counter

import pytest
import torch

from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom
from augmint.vision.ops import compose, get_op, ops, resample
from augmint.vision.policy import ImagePolicy, Mixing, MixOp, Stage, flip_crop, rand_augment, trivial_augment
from augmint.vision.policy.baselines import AUTOAUGMENT_SET


def rows(n: int = 64, channels: int = 3, size: int = 16, dtype: torch.dtype = torch.uint8) -> dict[str, torch.Tensor]:
    image = torch.randint(0, 256, (n, channels, size, size), generator=torch.Generator().manual_seed(2)).to(torch.uint8)
    return {"image": image if dtype == torch.uint8 else image.to(dtype) / 255, "label": torch.arange(n) % 10}


def stream(n: int = 64, key: str = "t") -> RowRandom:
    return RowRandom(0, key, rows=range(n))


EVERY_OP = ImagePolicy((Stage(dict.fromkeys(ops(), 1.0)),) * 3)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
@pytest.mark.parametrize("policy", [trivial_augment(0.5, 0.5), rand_augment(2, 15), EVERY_OP], ids=["trivial", "rand", "every op"])
def test_a_row_does_not_depend_on_the_rows_beside_it(policy, dtype):
    batch = rows(dtype=dtype)
    whole = policy.augment(batch, stream())["image"]
    order = torch.randperm(64, generator=torch.Generator().manual_seed(0))
    for part in (torch.tensor([5]), torch.arange(10, 17), order):
        alone = policy.augment({"image": batch["image"][part]}, RowRandom(0, "t", rows=part))["image"]
        assert torch.equal(alone, whole[part])


def test_large_images_taken_in_parts_do_not_depend_on_the_rows_beside_them():
    batch = rows(12, size=120)  # more values than are worked on at once
    whole = EVERY_OP.augment(batch, stream(12))["image"]
    for row in range(0, 12, 3):
        alone = EVERY_OP.augment({"image": batch["image"][row:row + 1]}, RowRandom(0, "t", rows=[row]))["image"]
        assert torch.equal(alone[0], whole[row])


def test_augmenting_keeps_shape_type_and_labels_and_leaves_the_input_alone():
    batch = rows()
    before = batch["image"].clone()
    out = EVERY_OP.augment(batch, stream())
    assert out["image"].shape == before.shape
    assert out["image"].dtype == torch.uint8
    assert out["label"] is batch["label"]
    assert torch.equal(batch["image"], before)
    assert not torch.equal(out["image"], before)


def test_the_same_stream_replays_and_another_differs():
    batch, policy = rows(), trivial_augment()
    first = policy.augment(batch, stream())["image"]
    assert torch.equal(policy.augment(batch, stream())["image"], first)
    assert not torch.equal(policy.augment(batch, stream(key="u"))["image"], first)


def test_consecutive_geometric_stages_are_resampled_once():
    batch = rows(16)
    stages = (Stage({"rotate": 1}), Stage({"shear_x": 1}), Stage({"translate_y": 1}))
    fused = ImagePolicy(stages).augment(batch, stream(16))["image"]
    maps = None
    for position, (name, stage) in enumerate(zip(("rotate", "shear_x", "translate_y"), stages)):
        streams = stream(16).child("stage", position)
        _, magnitude = stage.draw(streams)
        drawn = get_op(name).draw(streams, magnitude, batch)["map"].numpy()
        maps = drawn if maps is None else compose(maps, drawn)
    assert torch.equal(fused, resample(batch["image"], maps))


def test_colour_ops_act_on_the_resampled_image_in_the_order_of_the_stages():
    batch = {"image": torch.full((8, 1, 9, 9), 255, dtype=torch.uint8)}
    moved_then_inverted = ImagePolicy((Stage({"translate_x": 1}, magnitude=(1, 1)), Stage({"invert": 1}, magnitude=(1, 1))))
    inverted_then_moved = ImagePolicy(moved_then_inverted.stages[::-1])
    assert int(moved_then_inverted.augment(batch, stream(8))["image"].float().mean(dim=(1, 2, 3)).min()) > 50
    assert int(inverted_then_moved.augment(batch, stream(8))["image"].max()) == 0


def test_probability_weights_magnitude_and_scale_are_respected():
    stage = Stage({"rotate": 3, "color": 1}, probability=0.4, magnitude=(0.2, 0.6), scale={"color": 0.5})
    choice, magnitude = stage.draw(stream(20_000))
    counts = Counter(choice.tolist())
    assert abs(counts[-1] / 20_000 - 0.6) < 0.015
    assert abs(counts[0] / (counts[0] + counts[1]) - 0.75) < 0.015
    rotated, coloured = magnitude[torch.from_numpy(choice == 0)], magnitude[torch.from_numpy(choice == 1)]
    assert 0.2 <= float(rotated.min()) < 0.21
    assert 0.59 < float(rotated.max()) <= 0.6
    assert 0.1 <= float(coloured.min()) < 0.11
    assert 0.29 < float(coloured.max()) <= 0.3


def test_trivial_augment_draws_all_fourteen_ops_for_the_rows_of_one_batch():
    choice, magnitude = trivial_augment().stages[0].draw(stream(14_000))
    counts = Counter(choice.tolist())
    assert set(counts) == set(range(14))
    assert all(850 < count < 1150 for count in counts.values())
    assert set(trivial_augment().stages[0].ops) == set(AUTOAUGMENT_SET)
    assert abs(float(magnitude.mean()) - 0.5) < 0.01


def test_rand_augment_puts_n_ops_at_one_magnitude():
    policy = rand_augment(3, 12)
    assert len(policy.stages) == 3
    assert policy.stages[0].magnitude == (0.4, 0.4)
    with pytest.raises(UserError, match="m 0 to 30"):
        rand_augment(2, 31)


@pytest.mark.parametrize("policy", [
    ImagePolicy(), trivial_augment(0.5, 0.5, Mixing(MixOp(0.3, 0.2), MixOp(0.5, 1.0))), rand_augment(), EVERY_OP,
    ImagePolicy(flip_crop(), fill="reflect")])
def test_policies_survive_json(policy):
    again = ImagePolicy.from_dict(json.loads(json.dumps(policy.to_dict())))
    assert again == policy
    assert hash(again) == hash(policy)
    assert again.fingerprint == policy.fingerprint
    assert policy.to_dict()["version"] == 1


def test_different_policies_have_different_fingerprints():
    policies = [ImagePolicy(), trivial_augment(), trivial_augment(0.5), rand_augment(2), rand_augment(3), EVERY_OP]
    assert len({policy.fingerprint for policy in policies}) == len(policies)


@pytest.mark.parametrize(("change", "message"), [
    ({"stages": [{"ops": {"rotat": 1}}]}, "Did you mean 'rotate'"),
    ({"stages": [{"ops": {}}]}, "at least one op"),
    ({"stages": [{}]}, "has no ops"),
    ({"stages": {"ops": {}}}, "list of stages"),
    ({"stages": [{"ops": {"flip": 0}}]}, "Leave the op out"),
    ({"stages": [{"ops": {"flip": "often"}}]}, "number in"),
    ({"stages": [{"ops": {"flip": 1}, "probability": 1.2}]}, r"number in \[0, 1\]"),
    ({"stages": [{"ops": {"flip": 1}, "probability": float("nan")}]}, r"number in \[0, 1\]"),
    ({"stages": [{"ops": {"flip": 1}, "magnitude": [0.7, 0.2]}]}, "runs from 0.7 down to 0.2"),
    ({"stages": [{"ops": {"flip": 1}, "magnitude": 1}]}, r"Give \[low, high\]"),
    ({"stages": [{"ops": {"flip": 1}, "probabilty": 1}]}, "Did you mean 'probability'"),
    ({"stages": [{"ops": {"flip": 1}, "scale": {"rotate": 1}}]}, "no key 'rotate'"),
    ({"mix": {"mixup": {"probability": 0.7}, "cutmix": {"probability": 0.7}}}, "more than 1"),
    ({"mix": {"mixup": {"probability": 0.7, "alpha": 0}}}, "alpha is 0"),
    ({"mix": {"mixop": {}}}, "Did you mean 'mixup'"),
    ({"mint": {"shares": 0.5}}, "Did you mean 'share'"),
    ({"fill": "zero"}, "Did you mean 'zeros'"),
    ({"version": 2}, "version 2"),
    ({"modality": "text"}, "not for images"),
    ({"stage": []}, "Did you mean 'stages'"),
])
def test_wrong_policies_say_what_is_wrong(change, message):
    with pytest.raises(UserError, match=message):
        ImagePolicy.from_dict({**ImagePolicy().to_dict(), **change})


@pytest.mark.parametrize(("image", "message"), [
    (torch.zeros(3, 8, 8), "shape"), (torch.zeros(2, 3, 8, 8, dtype=torch.int64), "int64"), (None, "no 'image'")])
def test_wrong_images_say_what_is_wrong(image, message):
    batch = {"label": torch.zeros(2)} if image is None else {"image": image}
    with pytest.raises(UserError, match=message):
        trivial_augment().augment(batch, stream(2))


def test_empty_batches_pass():
    assert len(trivial_augment()({"image": torch.zeros(0, 3, 8, 8)}, stream(0))["image"]) == 0
