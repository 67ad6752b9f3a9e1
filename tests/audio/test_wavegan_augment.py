"""What the discriminator hears is augmented row by row, differentiably, by keyed draws."""

import pytest
import torch

from augmint.audio.wavegan import WaveAugment
from augmint.audio.wavegan.augment import OPS
from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom

CLIPS = torch.randn(6, 1024, generator=torch.Generator().manual_seed(0)) * 0.1


def augmented(word, rows=range(6), clips=CLIPS, p=1.0):
    return WaveAugment([word])({"audio": clips}, RowRandom(0, "test", rows=rows), p)["audio"]


@pytest.mark.parametrize("word", OPS)
def test_a_row_is_changed_by_its_own_stream_alone(word):
    whole = augmented(word)
    assert torch.equal(whole, augmented(word))
    assert torch.equal(whole[4:5], augmented(word, [4], CLIPS[4:5]))
    assert not torch.equal(whole, augmented(word, range(100, 106)))
    assert whole.shape == CLIPS.shape


@pytest.mark.parametrize("word", OPS)
def test_gradients_pass_through(word):
    clips = CLIPS.clone().requires_grad_(True)
    augmented(word, clips=clips).sum().backward()
    assert (clips.grad != 0).float().mean() > 0.8


@pytest.mark.parametrize("word", OPS)
def test_probability_0_changes_nothing(word):
    assert torch.equal(augmented(word, p=0.0), CLIPS)


def test_phase_shuffle_moves_by_at_most_two_samples_and_mirrors_the_edge():
    clips = torch.arange(1024.0).expand(64, -1)
    moved = augmented("shuffle", range(64), clips)
    steps = moved[:, 500] - 500
    assert set(steps.tolist()) == {-2.0, -1.0, 0.0, 1.0, 2.0}
    later = moved[steps == -2][0]  # begins two samples later
    assert later[:4].tolist() == [2, 1, 0, 1]
    earlier = moved[steps == 2][0]
    assert earlier[-4:].tolist() == [1022, 1023, 1022, 1021]


def test_a_shift_begins_with_silence_and_keeps_the_rest():
    moved = augmented("shift", range(64), CLIPS[:1].expand(64, -1))
    starts = [int(row.nonzero()[0]) for row in moved]
    assert max(starts) > 30
    assert max(starts) <= 51
    assert all(torch.equal(row[start:], CLIPS[0, :1024 - start]) for row, start in zip(moved, starts))


def test_gain_polarity_and_noise_stay_within_their_bounds():
    assert ((augmented("gain") / CLIPS).log10().abs() <= 6 / 20 + 1e-3).all()
    assert set((augmented("polarity", range(64), CLIPS[:1].expand(64, -1)) / CLIPS[:1]).mean(1).round().tolist()) == {-1.0, 1.0}
    hiss = augmented("noise", clips=torch.zeros(6, 1024)).std(1)
    assert (hiss > 0.9e-4).all()
    assert (hiss < 2e-3).all()


def test_an_unknown_word_is_refused():
    with pytest.raises(UserError, match="polarity"):
        WaveAugment(["polarty"])
