"""Properties that hold for every registered audio op."""

import sys
from pathlib import Path

import pytest
import torch

from augmint.audio.ops import AudioOp, Setting, get_op, op_names, register
from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom, select
from augmint.core.testing import ConformanceError, check_op

sys.path.insert(0, str(Path(__file__).parent))
from waves import SURROUNDINGS, VOICES, augmented, batch_of, clips

OPS = op_names()
LONGER, WARPED = {"shift"}, {"speed", "tempo"}
ODD = [torch.zeros(0), torch.ones(1), torch.tensor([0.5, -0.5]), torch.zeros(500), VOICES[3][:63], VOICES[3][:64], VOICES[3][:200]]


def change(before, after) -> float:
    """Mean absolute difference of the samples that both have, and of the lengths in parts of a thousand."""
    gaps = [(one[: len(two)] - two[: len(one)]).abs().mean() for one, two in zip(clips(before), clips(after))]
    lengths = (before["audio_length"] - after["audio_length"]).abs() / before["audio_length"]
    return float(torch.stack(gaps).mean() + lengths.mean() / 1000)


@pytest.mark.parametrize("name", OPS)
def test_every_op_keeps_the_contract_of_ops(name):
    batch = {**batch_of(VOICES), "label": torch.arange(len(VOICES))}
    slack = 0.2 if name in WARPED else 0.1  # a wave that is moved further along is not always further from what it was
    check_op(get_op(name, Setting(surroundings=SURROUNDINGS)), batch, change=change, slack=slack, tolerance=0.0)


@pytest.mark.parametrize("name", OPS)
def test_magnitude_zero_changes_nothing(name):
    batch = batch_of(VOICES + ODD)
    out = augmented(name, batch, 0.0)
    assert all(torch.equal(out[key], batch[key]) for key in batch)


@pytest.mark.parametrize("name", OPS)
def test_rows_have_the_same_bits_alone_together_and_however_wide_the_batch_is(name):
    waves, magnitude = VOICES + ODD, torch.linspace(0.2, 1, len(VOICES + ODD))
    whole = clips(augmented(name, batch_of(waves), magnitude))
    order = torch.randperm(len(waves), generator=torch.Generator().manual_seed(0))
    for part in (order, torch.tensor([2]), torch.tensor([4, 1])):
        for width in (0, 16001, 20007):
            alone = augmented(name, batch_of([waves[at] for at in part], width), magnitude[part], rows=part)
            assert alone["audio"].shape[1] >= width
            assert all(torch.equal(one, whole[at]) for one, at in zip(clips(alone), part))


@pytest.mark.parametrize("name", OPS)
def test_what_lies_beyond_the_length_is_zero_and_everything_is_finite(name):
    for level in (0.1, 1.0):
        out = augmented(name, batch_of(VOICES + ODD, 17000), level)
        assert bool(out["audio"].isfinite().all())
        for row, end in zip(out["audio"], out["audio_length"].tolist()):
            assert not row[end:].any()


@pytest.mark.parametrize("name", OPS)
def test_parameters_replay_row_by_row_and_nothing_is_overwritten(name):
    op = get_op(name, Setting(surroundings=SURROUNDINGS))
    batch = {**batch_of(VOICES), "label": torch.arange(len(VOICES)), "text": torch.ones(len(VOICES), 3)}
    kept = {key: tensor.clone() for key, tensor in batch.items()}
    parameters = op.draw(RowRandom(3, "t", rows=range(len(VOICES))), torch.full((len(VOICES),), 0.6), batch)
    first = op.apply(batch, parameters)
    some = op.apply(select(batch, [4, 1]), select(parameters, [4, 1]))
    assert all(torch.equal(one, clips(first)[at]) for one, at in zip(clips(some), (4, 1)))
    assert all(torch.equal(batch[key], kept[key]) for key in batch), "the input was overwritten"
    assert first["label"] is batch["label"]
    assert first["text"] is batch["text"]
    assert (first["audio"].dtype, first["audio_length"].dtype) == (torch.float32, torch.int64)


@pytest.mark.parametrize("name", OPS)
def test_lengths_follow_every_op(name):
    batch = batch_of(VOICES * 2)
    before, after = batch["audio_length"], augmented(name, batch, 1.0)["audio_length"]
    if name in WARPED:
        factors = (100 * before / after).round().tolist()
        assert set(factors) == {90.0, 110.0}
        assert all(int(new) == -(-int(old) * 100 // int(factor)) for old, new, factor in zip(before, after, factors))
    elif name in LONGER:
        assert after.tolist() == [length + round(0.1 * length) for length in before.tolist()]
    else:
        assert torch.equal(after, before)


@pytest.mark.parametrize("name", OPS)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float16])
def test_other_floating_point_types_come_back_as_they_were(name, dtype):
    batch = batch_of(VOICES[:2])
    out = augmented(name, {**batch, "audio": batch["audio"].to(dtype)}, 0.5)
    assert out["audio"].dtype == dtype
    assert torch.allclose(out["audio"].float(), augmented(name, batch, 0.5)["audio"], atol=0.05)


@pytest.mark.parametrize("name", OPS)
@pytest.mark.parametrize("rate", [8000, 44100])
def test_ops_work_at_other_sampling_rates(name, rate):
    out = augmented(name, batch_of(VOICES), 1.0, rate=rate)
    assert bool(out["audio"].isfinite().all())
    assert change(batch_of(VOICES), out) > 1e-6


def test_wrong_arguments_say_what_is_wrong():
    batch = batch_of(VOICES[:2])
    with pytest.raises(UserError, match="Did you mean 'tempo'"):
        get_op("temp")
    with pytest.raises(UserError, match="Did you mean 'speech-recognition'"):
        op_names("speech-recognitoin")
    with pytest.raises(UserError, match="sampling rate"):
        Setting(0)
    with pytest.raises(UserError, match="Pass int16 through an AudioPolicy"):
        augmented("gain", {**batch, "audio": batch["audio"].to(torch.int16)}, 0.5)
    with pytest.raises(UserError, match="audio_length"):
        augmented("clip", {"audio": batch["audio"]}, 0.5)
    with pytest.raises(UserError, match="does not fit"):
        augmented("clip", {**batch, "audio_length": batch["audio_length"] + 10_000}, 0.5)
    with pytest.raises(UserError, match="one channel"):
        augmented("gain", {**batch, "audio": batch["audio"][:, None]}, 0.5)


def resized(width: int, *names: str) -> AudioOp:
    """An op that changes the last dimension of entries, whatever their lengths say."""

    def apply(self, batch, parameters):
        return {**batch, **{name: torch.nn.functional.pad(batch[name], (0, width)) for name in names}}

    return type("Op", (AudioOp,), {"name": "op", "apply": apply, "change": lambda self, wave, draw: wave})()


def test_ops_may_widen_only_what_has_a_length():
    batch = {**batch_of(VOICES), "mask": torch.ones(len(VOICES), 7)}
    check_op(resized(3, "audio"), batch)
    for op in (resized(-3, "audio"), resized(3, "mask"), resized(1, "audio", "audio_length")):
        with pytest.raises(ConformanceError, match="into"):
            check_op(op, batch)


def test_ops_that_cannot_be_registered_say_why():
    def op(**values):
        return type("Op", (AudioOp,), {"change": lambda self, wave, draw: wave, **values})

    for kind, message in (
        (op(name="Loud"), "lower-case"),
        (op(name="gain"), "already"),
        (dict, "not an audio op"),
        (op(name="new", tasks=frozenset({"translation"})), "safe for"),
    ):
        with pytest.raises(UserError, match=message):
            register(kind)
