"""The audio policy space holds the baselines, decodes every point, and keeps transcripts true."""

import sys
from pathlib import Path

import pytest
import torch

from augmint.audio.ops import TASKS, get_op
from augmint.audio.policy import AudioPolicy, AudioPolicySpace, standard_policy
from augmint.audio.vocoder import MelVocoderGenerator
from augmint.core.errors import UserError
from augmint.core.interfaces import MintSettings, Point, RowRandom, keyed_generator
from augmint.core.interfaces.narrowed import NarrowedSpace

sys.path.insert(0, str(Path(__file__).parent))
from waves import VOICES, as_int16, batch_of

KINDS = {"speech-recognition": (None, "versions"), "audio-classification": (None, "versions", "new")}
SPACES = [AudioPolicySpace(task, rate, mint) for task in TASKS for mint in KINDS[task] for rate in (16000, 8000)]


def random_point(space: AudioPolicySpace, seed: int) -> Point:
    rng = keyed_generator(seed, "point")
    return {dimension.name: float(rng.uniform(dimension.low, dimension.high)) for dimension in space.dimensions}


def ops_of(policy: AudioPolicy) -> set[str]:
    return {name for stage in policy.stages for name in stage.ops}


@pytest.mark.parametrize("space", SPACES)
def test_the_search_starts_from_identity_and_the_standard_policy(space):
    starts = space.starts()
    assert list(starts)[:2] == ["identity", "standard"]
    if space.mint:
        assert list(starts)[2:4] == ["minted", "standard_minted"]
    nothing, standard = space.decode(starts["identity"]), space.decode(starts["standard"])
    assert nothing == AudioPolicy(sampling_rate=space.sampling_rate)
    assert standard == standard_policy(space.task, space.sampling_rate)


@pytest.mark.parametrize("task", TASKS)
def test_the_standard_policy_is_spec_augment_and_three_speeds(task):
    policy = standard_policy(task)
    assert [(dict(stage.ops), stage.magnitude) for stage in policy.stages] == [
        ({"speed": 1.0}, (1, 1)),
        ({"frequency_drop": 1.0}, (1, 1)),
        ({"time_drop": 1.0}, (1, 1)),
    ]
    lengths = policy.augment(
        {"audio": torch.zeros(600, 990), "audio_length": torch.full((600,), 990)}, RowRandom(0, "t", rows=range(600))
    )["audio_length"]
    shares = [float((lengths == length).float().mean()) for length in (900, 990, 1100)]
    assert all(abs(share - 1 / 3) < 0.06 for share in shares)
    assert sum(shares) == pytest.approx(1)


@pytest.mark.parametrize("space", SPACES)
def test_starts_lie_within_the_dimensions_and_are_different_policies(space):
    for point in space.starts().values():
        assert list(point) == [dimension.name for dimension in space.dimensions]
        assert all(dimension.low <= point[dimension.name] <= dimension.high for dimension in space.dimensions)
    fingerprints = [space.decode(point).fingerprint for point in space.starts().values()]
    assert len(set(fingerprints)) == len(fingerprints)
    assert len(space.starts()) >= 5


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("seed", range(3))
def test_any_point_gives_a_policy_that_runs_and_survives_json(space, seed):
    policy = space.decode(random_point(space, seed))
    assert AudioPolicy.from_dict(policy.to_dict()) == policy
    assert policy.sampling_rate == space.sampling_rate
    assert all(space.task in get_op(name).tasks for name in ops_of(policy))
    out = policy(as_int16(batch_of(VOICES)), RowRandom(0, "t", rows=range(len(VOICES))))
    assert out["audio"].shape == (len(VOICES), int(out["audio_length"].max()))


@pytest.mark.parametrize("space", SPACES)
def test_the_corners_of_the_space_are_policies(space):
    for end in ("low", "high"):
        assert isinstance(space.decode({d.name: getattr(d, end) for d in space.dimensions}), AudioPolicy)


@pytest.mark.parametrize("space", SPACES)
def test_ops_that_are_unsafe_for_the_task_are_in_no_policy(space):
    policy = space.decode({d.name: d.high for d in space.dimensions})
    assert ("shift" in ops_of(policy)) == (space.task == "audio-classification")


@pytest.mark.parametrize("space", SPACES)
def test_the_space_has_at_most_15_dimensions_beside_the_strength_with_those_of_generated_clips(space):
    names = [dimension.name for dimension in space.dimensions]
    assert names[0] == "strength"
    assert len(names) - 1 <= 15
    assert {"share", "min_agreement", "keep_quantile"} <= set(names) or space.mint is None


@pytest.mark.parametrize("space", SPACES)
def test_one_chance_lays_both_masks_as_two_stages_whose_size_follows_the_strength_alone(space):
    stages = space.decode({"masks": 0.3, "strength": 0.4, "voice_magnitude": 0.1, "recording_magnitude": 0.1}).stages
    assert [(dict(stage.ops), stage.probability, stage.magnitude) for stage in stages] == [
        ({"frequency_drop": 1.0}, 0.3, (0.4, 0.4)),
        ({"time_drop": 1.0}, 0.3, (0.4, 0.4)),
    ]


@pytest.mark.parametrize("name", ["frequency_drop", "time_drop", "noise_white", "codec"])
def test_an_op_that_shares_its_dimension_is_excluded_by_that_ones_name(name):
    space = AudioPolicySpace("speech-recognition")
    holder = {"noise_white": "noise", "codec": "channel"}.get(name, "masks")
    with pytest.raises(UserError, match=f"'{name}' is an op of '{holder}': exclude that"):
        NarrowedSpace(space, [name])
    assert name not in ops_of(NarrowedSpace(space, [holder]).decode({d.name: d.high for d in space.dimensions}))
    with pytest.raises(UserError, match="Did you mean 'speed'"):
        NarrowedSpace(space, ["sped"])


@pytest.mark.parametrize("task", TASKS)
def test_without_perturbation_clips_are_made_anew_as_they_are(task):
    space = NarrowedSpace(AudioPolicySpace(task, mint="versions"), ["perturbation"])
    for start in ("minted", "standard_minted"):
        assert space.decode(space.starts()[start]).mint.controls == MelVocoderGenerator.gentlest


def test_one_strength_scales_every_magnitude():
    space = AudioPolicySpace("audio-classification")
    everything = {d.name: d.high for d in space.dimensions}
    whole, half = space.decode(everything), space.decode({**everything, "strength": 0.5})
    assert [stage.magnitude for stage in half.stages] == [(low / 2, high / 2) for low, high in (s.magnitude for s in whole.stages)]


def test_mint_settings_are_searched_only_where_there_is_a_generator():
    point = {"share": 0.5, "truncation": 0.7, "min_agreement": 0.9, "keep_quantile": 0.5}
    assert AudioPolicySpace("audio-classification", mint="new").decode(point).mint == MintSettings(**point, soft_labels=0.5)
    assert AudioPolicySpace("audio-classification").decode(point).mint == MintSettings()
    assert not {d.name for d in AudioPolicySpace("audio-classification").dimensions} & set(point)


def test_the_generator_of_speech_is_told_how_much_to_perturb():
    point = {"share": 0.5, "perturbation": 0.3, "min_agreement": 0.9, "keep_quantile": 0.5}
    space = AudioPolicySpace("speech-recognition", mint="versions")
    mint = space.decode(point).mint
    assert mint == MintSettings(share=0.5, controls={"perturbation": 0.3}, min_agreement=0.9, keep_quantile=0.5)
    assert space.decode({**point, "share": 0.0}).mint == MintSettings()


def test_versions_of_labelled_clips_are_perturbed_and_their_labels_softened():
    space = AudioPolicySpace("audio-classification", mint="versions")
    assert "perturbation" in {d.name for d in space.dimensions}
    assert "truncation" not in {d.name for d in space.dimensions}
    minted = space.decode(space.starts()["minted"]).mint
    assert (minted.controls, minted.soft_labels, minted.balance, minted.weight) == ({"perturbation": 0.5}, 0.5, 0.0, 1.0)


def test_wrong_arguments_say_what_is_wrong():
    with pytest.raises(UserError, match="Did you mean 'speech-recognition'"):
        AudioPolicySpace("speech-recognitio")
    with pytest.raises(UserError, match="speech-recognition has no 'new' clips"):
        AudioPolicySpace("speech-recognition", mint="new")
    with pytest.raises(UserError, match="Did you mean 'speed'"):
        AudioPolicySpace("speech-recognition").decode({"sped": 1})
    with pytest.raises(UserError, match="sampling rate"):
        AudioPolicySpace("speech-recognition", 0)
