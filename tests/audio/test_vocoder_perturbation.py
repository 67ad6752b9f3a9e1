"""What each perturbation does to mels, and in which direction."""

import math

import numpy as np
import pytest
import torch

from augmint.audio.mel import MelSpectrogram, hertz_to_mel, mel_points
from augmint.audio.perturbation import MelPerturbation, draw_perturbations, perturb_mel, warped_bins
from augmint.core.interfaces import RowRandom

PLACE = {"frame_rate": 62.5, "f_min": 0.0, "f_max": 8000.0}
FLOOR = math.log(1e-5)


def test_nothing_drawn_changes_nothing():
    mel = torch.randn(80, 30)
    for change in draw_perturbations(RowRandom(0, "test", rows=range(5)), 0.0):
        assert torch.allclose(perturb_mel(mel, change, 30, **PLACE), mel, atol=1e-5)
        assert change.length(7777) == 7777


def test_draws_are_within_their_ranges_and_reach_most_of_them():
    drawn = draw_perturbations(RowRandom(0, "test", rows=range(400)), 1.0)
    for name, middle, reach in (("warp", 1, 0.1), ("stretch", 1, 0.1), ("gain", 0, 6), ("tilt", 0, 6)):
        values = np.array([getattr(change, name) for change in drawn])
        assert np.abs(values - middle).max() <= reach + 1e-9
        assert values.min() < middle - 0.9 * reach
        assert values.max() > middle + 0.9 * reach


def test_a_row_is_drawn_the_same_whatever_the_rows_beside_it():
    whole = draw_perturbations(RowRandom(0, "test", rows=[4, 5, 6]), 0.7)
    assert draw_perturbations(RowRandom(0, "test", rows=[5]), 0.7) == [whole[1]]
    assert len(set(whole)) == 3


@pytest.mark.parametrize(("warp", "hertz"), [(1.1, 1000.0), (0.9, 1000.0), (1.1, 3000.0), (0.9, 3000.0)])
def test_a_warp_above_1_moves_a_tone_up_by_that_factor(warp, hertz):
    mel = MelSpectrogram()(torch.sin(2 * torch.pi * hertz / 16_000 * torch.arange(16_000))[None])[0]
    moved = perturb_mel(mel, MelPerturbation(warp=warp), mel.shape[1], **PLACE).mean(1)
    found = float(mel_points(80, 0.0, 8000.0)[1:-1][int(moved.argmax())])
    step = float(np.diff(hertz_to_mel(np.array([0.0, 8000.0])))[0]) / 81
    assert abs(float(hertz_to_mel(np.array(found)) - hertz_to_mel(np.array(hertz * warp)))) <= 1.1 * step


@pytest.mark.parametrize("warp", [0.9, 0.95, 1.05, 1.1])
def test_a_warp_keeps_the_order_and_both_ends(warp):
    bins = warped_bins(80, warp, 0.0, 8000.0)
    assert (np.diff(bins) >= 0).all()
    assert abs(bins[0]) < 0.2
    assert abs(bins[-1] - 79) < 0.5


@pytest.mark.parametrize("stretch", [0.9, 1.1])
def test_a_stretch_moves_an_event_later_and_one_below_1_sooner(stretch):
    mel = torch.full((80, 101), -8.0)
    mel[:, 50] = 0.0
    change = MelPerturbation(stretch=stretch)
    frames = MelSpectrogram().frames(change.length(100 * 256))
    changed = perturb_mel(mel, change, frames, **PLACE)
    assert changed.shape == (80, round(100 * stretch) + 1)
    assert int(changed[0].argmax()) == round(50 * stretch)


def test_gain_and_tilt_are_in_decibels():
    mel = torch.full((81, 10), -3.0)
    louder = (perturb_mel(mel, MelPerturbation(gain=6.0, tilt=4.0), 10, **PLACE) - mel) * 20 / math.log(10)
    assert torch.allclose(louder[40], torch.tensor(6.0), atol=1e-4)
    assert torch.allclose(louder[80] - louder[0], torch.tensor(4.0), atol=1e-4)


def test_silence_stays_silent():
    mel = torch.full((80, 40), FLOOR)
    for change in draw_perturbations(RowRandom(0, "test", rows=range(5)), 1.0):
        assert torch.allclose(perturb_mel(mel, change, 42, **PLACE), torch.tensor(FLOOR))


def test_masks_stay_inside_and_take_no_more_than_they_may():
    mel = torch.zeros(80, 100)
    widest = 0
    for change in draw_perturbations(RowRandom(0, "test", rows=range(60)), 1.0):
        masks = MelPerturbation(mask_gain=change.mask_gain, bands=change.bands, times=change.times)
        masked = perturb_mel(mel, masks, 100, **PLACE)
        bands, times = (masked < -1).all(1).sum(), (masked < -1).all(0).sum()
        widest = max(widest, int(times))
        assert bands <= 16
        assert times <= 10  # two of 80 ms at 62.5 frames a second
    assert widest >= 5


def test_short_clips_lose_at_most_15_percent_to_masks():
    change = MelPerturbation(mask_gain=-30.0, times=((0.0, 1.0), (0.99, 1.0)))
    masked = perturb_mel(torch.zeros(80, 20), change, 20, **PLACE)
    assert int((masked < -1).all(0).sum()) <= 0.15 * 20 + 1
