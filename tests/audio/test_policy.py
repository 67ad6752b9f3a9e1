"""Audio policies: per-row draws, fused filters, int16, JSON, and what they say about wrong input."""

import json
import sys
from pathlib import Path

import pytest
import torch

from augmint.audio.ops import op_names
from augmint.audio.policy import AudioPolicy, Stage, standard_policy
from augmint.core.errors import UserError
from augmint.core.interfaces import MintSettings, RowRandom
from augmint.core.testing import check_policy

sys.path.insert(0, str(Path(__file__).parent))
from waves import SURROUNDINGS, VOICES, as_int16, augmented, batch_of, clips

EVERY = (Stage(dict.fromkeys(op_names(), 1.0), 0.9, (0.05, 1.0)),) * 3
EVERY_OP = AudioPolicy(EVERY, MintSettings(share=0.25), surroundings=SURROUNDINGS)
POLICIES = {
    "nothing": AudioPolicy(),
    "every op": EVERY_OP,
    "standard": standard_policy("speech-recognition"),
    "telephone": AudioPolicy((Stage({"band_limit": 1}, 0.5, (0, 1)), Stage({"codec": 1})), sampling_rate=8000),
}
NAMES = sorted(POLICIES)
QUIET = tuple(name for name in op_names() if name != "clip")
BATCHES = {"int16": as_int16(batch_of(VOICES)), "float32": batch_of(VOICES)}


def stream(n: int = len(VOICES), key: str = "t") -> RowRandom:
    return RowRandom(0, key, rows=range(n))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", sorted(BATCHES))
def test_every_policy_keeps_the_contract_of_policies(name, kind):
    check_policy(POLICIES[name], {**BATCHES[kind], "label": torch.arange(len(VOICES))}, tolerance=0.0)


@pytest.mark.parametrize("kind", sorted(BATCHES))
def test_rows_have_the_same_bits_alone_together_and_however_wide_the_batch_is(kind):
    whole = EVERY_OP.augment(BATCHES[kind], stream())
    order = torch.randperm(len(VOICES), generator=torch.Generator().manual_seed(0))
    for part in (order, torch.tensor([2]), torch.tensor([4, 1])):
        for width in (0, 20011):
            batch = batch_of([VOICES[at] for at in part], width)
            alone = EVERY_OP.augment(batch if kind == "float32" else as_int16(batch), RowRandom(0, "t", rows=part))
            assert all(torch.equal(one, clips(whole)[at]) for one, at in zip(clips(alone), part))


def test_the_batch_is_as_wide_as_its_longest_row_and_zero_beyond_each():
    out = EVERY_OP.augment(as_int16(batch_of(VOICES, 30_000)), stream())
    assert out["audio"].dtype == torch.int16
    assert out["audio"].shape[1] == int(out["audio_length"].max())
    assert not any(row[end:].any() for row, end in zip(out["audio"], out["audio_length"].tolist()))


def test_stages_follow_one_another_and_other_entries_stay():
    policy = AudioPolicy((Stage({"speed": 1}), Stage({"gain": 1})))
    batch = {**BATCHES["float32"], "label": torch.arange(len(VOICES)), "text": torch.ones(len(VOICES), 4, dtype=torch.int32)}
    kept = {name: tensor.clone() for name, tensor in batch.items()}
    out = policy.augment(batch, stream())
    streams = [stream().child("stage", at) for at in range(2)]
    for at in streams:
        at.uniform(3)
    faster = augmented_by("speed", batch, streams[0])
    assert all(torch.equal(*pair) for pair in zip(clips(out), clips(augmented_by("gain", faster, streams[1]))))
    assert out["label"] is batch["label"]
    assert out["text"] is batch["text"]
    assert all(torch.equal(batch[name], kept[name]) for name in batch)


def augmented_by(name, batch, rng):
    op = Stage.get_op(name)
    return op.apply(batch, op.draw(rng, torch.ones(len(rng)), batch))


def test_consecutive_filters_are_fused_and_sound_like_one_after_the_other():
    policy = AudioPolicy((Stage({"band_limit": 1}), Stage({"frequency_drop": 1}), Stage({"time_drop": 1})))
    batch, rng = BATCHES["float32"], stream()
    fused = policy.augment(batch, rng)
    apart = batch
    for at, name in enumerate(("band_limit", "frequency_drop", "time_drop")):
        streams = rng.child("stage", at)
        streams.uniform(3)  # what the stage itself draws
        apart = augmented_by(name, apart, streams)
    for one, two in zip(clips(fused), clips(apart)):
        inner = slice(1024, -1024) if len(one) > 4096 else slice(None)  # a filter alone cuts off what rings beyond the ends
        assert float((one - two)[inner].square().mean()) < 1e-3 * float(two.square().mean())


def test_int16_is_scaled_down_and_never_clipped():
    loud = torch.stack([voice / voice.abs().max() for voice in (VOICES[2][:7000], VOICES[0][:7000])])
    batch = {"audio": (loud * 32767).round().to(torch.int16), "audio_length": torch.tensor([7000, 6000])}
    batch["audio"][1, 6000:] = 0
    policy = AudioPolicy((Stage({"noise_white": 1}), Stage({"gain": 1})))
    out = policy.augment(batch, stream(2))
    real = policy.augment({**batch, "audio": batch["audio"].float() / 32768}, stream(2))
    assert real["audio"].abs().max() > 1.2, "the test needs rows that are too loud"
    for whole, wave in zip(clips(out), clips(real)):
        wanted = wave / max(float(wave.max()) * 32768 / 32767, -float(wave.min()), 1.0)
        assert float((whole.float() / 32768 - wanted).abs().max()) <= 0.51 / 32768
        assert int((whole.abs() >= 32767).sum()) <= 1


def test_no_op_but_clip_flattens_peaks():
    """A clipped wave has many samples exactly at its peak."""
    at_peak = {}
    for name in op_names():
        out = clips(AudioPolicy((Stage({name: 1}),), surroundings=SURROUNDINGS).augment(BATCHES["int16"], stream()))
        at_peak[name] = max(int((wave.abs() == wave.abs().max()).sum()) for wave in out)
    assert at_peak.pop("clip") > 50
    at_peak.pop("codec")  # its levels are coarse: many samples share the highest
    assert max(at_peak.values()) <= 3, at_peak


def test_probability_weights_and_magnitude_are_respected():
    policy = AudioPolicy((Stage({"gain": 3, "shift": 1}, 0.4, (1, 1)),))
    tick = {"audio": torch.full((4000, 20), 0.25), "audio_length": torch.full((4000,), 20)}
    out = policy.augment(tick, stream(4000))
    shifted = float((out["audio_length"] == 22).float().mean())
    louder = float((out["audio"][:, 5] != 0.25).float().mean())
    assert abs(shifted - 0.1) < 0.02
    assert abs(louder - 0.3) < 0.03


@pytest.mark.parametrize("name", NAMES)
def test_policies_survive_json(name):
    policy = POLICIES[name]
    again = AudioPolicy.from_dict(json.loads(json.dumps(policy.to_dict())))
    assert again == policy
    assert hash(again) == hash(policy)
    assert again.fingerprint == policy.fingerprint


def test_different_policies_have_different_fingerprints():
    assert len({policy.fingerprint for policy in POLICIES.values()}) == len(POLICIES)
    assert AudioPolicy(sampling_rate=8000).fingerprint != AudioPolicy().fingerprint


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stages": [{"ops": {"temp": 1}}]}, "Did you mean 'tempo'"),
        ({"stages": [{"ops": {}}]}, "at least one op"),
        ({"stages": {"ops": {}}}, "list of stages"),
        ({"stages": [{"ops": {"gain": 1}, "magnitude": [0.7, 0.2]}]}, "runs from 0.7 down to 0.2"),
        ({"mint": {"shares": 0.5}}, "Did you mean 'share'"),
        ({"sampling_rate": 16000.0}, "sampling rate"),
        ({"sampling_rate": True}, "sampling rate"),
        ({"version": 2}, "version 2"),
        ({"modality": "text"}, "not for audio"),
        ({"stage": []}, "Did you mean 'stages'"),
    ],
)
def test_wrong_policies_say_what_is_wrong(change, message):
    with pytest.raises(UserError, match=message):
        AudioPolicy.from_dict({**AudioPolicy().to_dict(), **change})


def test_empty_batches_and_empty_clips_pass():
    none = {"audio": torch.zeros(0, 5, dtype=torch.int16), "audio_length": torch.zeros(0, dtype=torch.int64)}
    assert EVERY_OP(none, stream(0)) == none
    empty = {"audio": torch.zeros(6, 0, dtype=torch.int16), "audio_length": torch.zeros(6, dtype=torch.int64)}
    assert EVERY_OP(empty, stream())["audio"].shape == (6, 0)
    assert augmented("tempo", {**empty, "audio": empty["audio"].float()}, 1.0)["audio_length"].tolist() == [0] * 6
