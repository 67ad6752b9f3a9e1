"""The policy space holds the baselines exactly and decodes every point it can be asked for."""

import pytest
import torch

from augmint.core.errors import UserError
from augmint.core.interfaces import Dimension, MintSettings, Point, RowRandom, keyed_generator
from augmint.vision.policy import ImagePolicy, ImagePolicySpace, rand_augment, trivial_augment

SPACES = [ImagePolicySpace(3, 32, mint=mint, flip=flip) for mint in (False, True) for flip in ("none", "horizontal", "both")]


def random_point(space: ImagePolicySpace, seed: int) -> Point:
    rng = keyed_generator(seed, "point")

    def coordinate(dimension: Dimension) -> float | int | str:
        if dimension.kind == "categorical":
            return dimension.choices[rng.integers(len(dimension.choices))]
        if dimension.kind == "integer":
            return int(rng.integers(dimension.low, dimension.high + 1))
        return float(rng.uniform(dimension.low, dimension.high))

    return {dimension.name: coordinate(dimension) for dimension in space.dimensions}


@pytest.mark.parametrize("space", SPACES)
def test_the_search_starts_from_identity_and_trivial_augment(space):
    starts = space.starts()
    assert list(starts)[:2] == ["identity", "standard"]
    nothing, standard = space.decode(starts["identity"]), space.decode(starts["standard"])
    assert nothing.stages == ()
    assert not nothing.mixing
    assert nothing.mint.share == 0
    assert (standard.stages, standard.mixing) == (trivial_augment().stages, trivial_augment().mixing)


@pytest.mark.parametrize("space", SPACES)
def test_rand_augment_is_the_real_one_and_follows_the_other_baselines(space):
    starts = space.starts()
    policy = space.decode(starts["rand_augment"])
    wanted = rand_augment(flip=0.0 if space.flip == "none" else 0.5, crop=0.5)
    assert (policy.stages, policy.mixing) == (wanted.stages, wanted.mixing)
    assert [stage.magnitude for stage in policy.stages if len(stage.ops) == 14] == [(0.3, 0.3)] * 2
    minted = {name for name in starts if name.endswith(("minted", "distilled"))}
    others = {"standard", "gentle_cutmix", "gentle_twice_cutmix"} | minted
    assert set(list(starts)[1 : list(starts).index("rand_augment")]) == others
    near = {**starts["rand_augment"], "geometric_magnitude": 0.31}
    assert all(stage.magnitude[0] == 0 for stage in space.decode(near).stages if len(stage.ops) == 14)


@pytest.mark.parametrize("space", SPACES)
def test_starts_lie_within_the_dimensions(space):
    for point in space.starts().values():
        assert list(point) == [dimension.name for dimension in space.dimensions]
        for dimension in space.dimensions:
            value = point[dimension.name]
            assert value in dimension.choices if dimension.choices else dimension.low <= value <= dimension.high


@pytest.mark.parametrize("space", SPACES)
def test_starts_are_different_policies(space):
    fingerprints = [space.decode(point).fingerprint for point in space.starts().values()]
    assert len(set(fingerprints)) == len(fingerprints)


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("seed", range(6))
def test_any_point_gives_a_policy_that_runs_and_survives_json(space, seed):
    policy = space.decode(random_point(space, seed))
    assert ImagePolicy.from_dict(policy.to_dict()) == policy
    image = torch.randint(0, 256, (12, 3, 16, 16), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    batch = {"image": image, "label": torch.arange(12) % 3, "soft_label": torch.eye(3)[torch.arange(12) % 3]}
    out = policy(batch, RowRandom(0, "t", rows=range(12)))
    assert out["image"].shape == image.shape


@pytest.mark.parametrize("space", SPACES)
def test_the_corners_of_the_space_are_policies(space):
    for end in ("low", "high"):
        point = {d.name: d.choices[0 if end == "low" else -1] if d.choices else getattr(d, end) for d in space.dimensions}
        assert isinstance(space.decode(point), ImagePolicy)


def test_mint_settings_are_searched_only_where_there_is_a_generator():
    point = {"share": 0.5, "truncation": 0.7, "min_agreement": 0.9, "keep_quantile": 0.5, "balance": 1.0, "soft_labels": 0.25}
    assert ImagePolicySpace(1, 28, mint=True).decode(point).mint == MintSettings(**point)
    assert ImagePolicySpace(1, 28).decode(point).mint == MintSettings()
    assert not {d.name for d in ImagePolicySpace(1, 28).dimensions} & set(point)


def test_digits_are_never_flipped():
    space = ImagePolicySpace(1, 8, flip="none")
    assert all(d.name != "flip" for d in space.dimensions)
    assert not any("flip" in stage.ops for point in space.starts().values() for stage in space.decode(point).stages)


def test_wrong_arguments_say_what_is_wrong():
    with pytest.raises(UserError, match="Did you mean 'horizontal'"):
        ImagePolicySpace(3, 32, flip="horizontl")
    with pytest.raises(UserError, match="0 channels"):
        ImagePolicySpace(0, 32)
    with pytest.raises(UserError, match="Did you mean 'depth'"):
        ImagePolicySpace(3, 32).decode({"dept": 1})
