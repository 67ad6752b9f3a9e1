"""What each audio op does to a clip, beside scipy and, where it can be imported, torchaudio."""

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import scipy.signal
import torch

from augmint.audio.ops import Draw, Setting, get_op
from augmint.audio.ops.filters import convolved
from augmint.audio.ops.room import impulse_response
from augmint.audio.ops.speed import resampled
from augmint.core.interfaces import RowRandom

sys.path.insert(0, str(Path(__file__).parent))
from waves import RATE, SURROUNDINGS, VOICES, augmented, batch_of, clips, dominant, sine

UP, DOWN = (0.0,), (0.99,)
VOICE = VOICES[2]
NOISE = torch.randn(32000, generator=torch.Generator().manual_seed(0)) * 0.1


@pytest.fixture(scope="module")
def functional():
    try:
        from torchaudio import functional
    except (ImportError, OSError, RuntimeError):
        pytest.skip("torchaudio cannot be imported")
    return functional


def changed(name: str, wave: torch.Tensor, magnitude: float, unit=(), seed: int = 7) -> torch.Tensor:
    return get_op(name, Setting(RATE, SURROUNDINGS) if name == "noise_recorded" else None).change(wave, Draw(magnitude, unit, seed))


def decibels(ratio: float) -> float:
    return float(10 * np.log10(ratio))


def snr(wave: torch.Tensor, noisy: torch.Tensor) -> float:
    return decibels(float(wave.double().square().sum() / (noisy.double() - wave.double()).square().sum()))


def bands(wave: torch.Tensor, edges) -> list[float]:
    """Mean power between neighbouring frequencies of `edges`, in dB."""
    hertz, power = scipy.signal.welch(wave.numpy(), RATE, nperseg=2048)
    return [decibels(power[(hertz >= low) & (hertz < high)].mean()) for low, high in pairwise(edges)]


@pytest.mark.parametrize(("unit", "percent"), [(UP, 110), (DOWN, 90)])
def test_faster_is_shorter_and_higher(unit, percent):
    wave = sine(16000, 1000)
    out = changed("speed", wave, 1.0, unit)
    assert len(out) == -(-16000 * 100 // percent)
    assert dominant(out) == pytest.approx(1000 * percent / 100, abs=0.5)
    assert float(out.abs().max()) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("percent", [90, 97, 101, 110])
def test_speed_resamples_as_scipy_does(percent):
    wave = VOICE
    want = scipy.signal.resample_poly(wave.numpy().astype(np.float64), 100, percent, window=("kaiser", 8.0))
    got = resampled(wave, percent).numpy()
    assert len(got) == len(want)
    assert np.abs(got - want)[200:-200].max() < 0.01 * np.abs(want).max()


@pytest.mark.parametrize("percent", [90, 110])
def test_speed_resamples_as_torchaudio_does(percent, functional):
    want = functional.resample(VOICE, percent, 100, lowpass_filter_width=32)
    got = resampled(VOICE, percent)
    assert got.shape == want.shape
    assert float((got - want)[200:-200].abs().max()) < 0.01 * float(want.abs().max())


def test_nothing_above_the_new_limit_is_folded_back_when_faster():
    loudest = float(resampled(sine(16000, 7800), 110)[200:-200].abs().max())  # 8580 Hz, above half the rate
    assert loudest < 0.01


@pytest.mark.parametrize("name", ["speed", "tempo"])
def test_nothing_is_cut_off_when_slowed(name):
    wave = torch.zeros(8000)
    wave[:400], wave[-400:] = sine(400, 800), sine(400, 800)
    out = changed(name, wave, 1.0, DOWN)
    assert len(out) == 8889
    for end in (out[:600], out[-600:]):
        energy = float(end.square().sum() / wave[:400].square().sum())
        assert 0.95 < energy < 1.2
    assert float(out[700:-700].abs().max()) < 0.01


@pytest.mark.parametrize(("unit", "length"), [(UP, 14546), (DOWN, 17778)])
def test_tempo_changes_the_length_and_keeps_the_pitch(unit, length):
    for hertz in (120, 440, 1700):
        wave = sine(16000, hertz)
        out = changed("tempo", wave, 1.0, unit)
        assert len(out) == length
        assert dominant(out) == pytest.approx(hertz, rel=0.01)
        assert float((out[1:] - out[:-1]).abs().max()) < 1.2 * float((wave[1:] - wave[:-1]).abs().max()), "there is a click"


@pytest.mark.parametrize("unit", [UP, DOWN])
def test_tempo_keeps_a_voice_at_its_place_in_the_clip_and_its_level(unit):
    out, wave = changed("tempo", VOICE, 1.0, unit), VOICE
    assert torch.equal(out[:400], wave[:400])
    assert torch.equal(out[-400:], wave[-400:])
    envelopes = [scipy.signal.resample(np.convolve(np.abs(clip.numpy()), np.ones(800) / 800, "same"), 100) for clip in (wave, out)]
    assert np.corrcoef(*envelopes)[0, 1] > 0.97
    assert float(out.square().mean() / wave.square().mean()) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("name", ["noise_white", "noise_pink", "noise_recorded", "babble"])
@pytest.mark.parametrize("magnitude", [0.01, 0.5, 1.0])
def test_noise_has_the_signal_to_noise_ratio_it_should(name, magnitude):
    unit = (0.1, 0.3, 0.5, 0.6, 0.7, 0.9)
    assert snr(VOICE, changed(name, VOICE, magnitude, unit)) == pytest.approx(30 * (1 - magnitude), abs=0.02)


def test_white_noise_is_even_and_pink_noise_falls_by_three_decibels_an_octave():
    edges = [100 * 2**octave for octave in range(7)]
    silence = sine(160_000, 0.5)  # nothing above 100 Hz
    white, pink = (bands(changed(name, silence, 1.0) - silence, edges) for name in ("noise_white", "noise_pink"))
    assert np.abs(np.diff(white)).max() < 0.5
    assert np.abs(np.diff(pink) + 3.01).max() < 0.6


def test_noise_is_another_for_each_row_and_the_same_for_a_seed():
    first, again, other = (changed("noise_white", VOICE, 0.5, seed=seed) - VOICE for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert abs(float(torch.corrcoef(torch.stack([first, other]))[0, 1])) < 0.05


def test_babble_has_the_spectrum_of_the_clip_and_not_its_course():
    noise = changed("babble", VOICE, 1.0, (0.1, 0.3, 0.5, 0.6, 0.7, 0.9)) - VOICE
    edges = list(range(0, 4001, 250))
    assert np.corrcoef(bands(noise, edges), bands(VOICE, edges))[0, 1] > 0.95
    assert abs(float(torch.corrcoef(torch.stack([noise, VOICE]))[0, 1])) < 0.2


def test_silence_stays_silent():
    for name in ("noise_white", "noise_pink", "noise_recorded", "babble", "codec", "room", "vtlp", "clip"):
        assert not changed(name, torch.zeros(3000), 1.0, (0.5,) * 6).abs().max() > 1e-6


@pytest.mark.parametrize(("unit", "factor"), [(UP, 10**0.25), (DOWN, 10**-0.25)])
def test_gain_is_in_decibels(unit, factor):
    assert torch.allclose(changed("gain", VOICE, 0.5, unit), VOICE * factor)


def test_clipping_cuts_at_a_part_of_the_peak():
    for magnitude in (0.2, 1.0):
        limit = np.float32(0.5 * (1 - magnitude / 2))  # of a peak of 0.5
        assert np.array_equal(changed("clip", VOICE, magnitude).numpy(), np.clip(VOICE.numpy(), -limit, limit))


@pytest.mark.parametrize("magnitude", [0.1, 0.6, 1.0])
def test_the_band_limit_is_the_filter_that_scipy_designs(magnitude):
    cutoff = 8000 * (3400 / 8000) ** magnitude
    taps = scipy.signal.firwin(1025, cutoff, window="hann", fs=RATE, scale=False)
    want = scipy.signal.fftconvolve(NOISE.numpy().astype(np.float64), taps, "same")
    got = changed("band_limit", NOISE, magnitude).numpy()
    assert np.abs(got - want).max() < 0.01 * np.abs(want).max()
    kept, _, removed = bands(torch.from_numpy(got), [0, cutoff - 150, cutoff + 150, 8001])
    assert removed < kept - 50


def test_filters_do_not_delay():
    click = torch.zeros(5000)
    click[2500] = 1
    for name in ("band_limit", "frequency_drop"):
        assert int(changed(name, click, 1.0, (0.9, 0.9, 0.2, 0.8)).argmax()) == 2500


@pytest.mark.parametrize(
    ("length", "taps", "size", "after"), [(5000, 300, 1024, 0), (100, 300, 512, 100), (1, 5, 8, 2), (700, 65, 128, 32)]
)
def test_convolution_in_blocks_is_convolution(length, taps, size, after):
    generator = torch.Generator().manual_seed(0)
    wave, kernel = torch.randn(length, generator=generator), torch.randn(taps, generator=generator)
    placed = torch.nn.functional.pad(kernel, (0, size - taps)).roll(-after)  # the last taps first: those that look ahead
    got = convolved(wave, torch.fft.rfft(placed), size, taps - 1 - after, after)
    want = np.convolve(wave.numpy(), kernel.numpy())[after : after + length]
    assert np.allclose(got.numpy(), want, atol=1e-4)


def test_dropped_bands_are_gone_and_the_others_are_left():
    sizes, places = (1.0, 0.5), (0.1, 0.8)
    out = changed("frequency_drop", NOISE, 1.0, (*sizes, *places))
    top, gone = 2595 * np.log10(1 + 8000 / 700), []
    for size, place in zip(sizes, places):
        width = 27 / 80 * size
        low = place * (1 - width)
        gone.append([700 * (10 ** (top * part / 2595) - 1) for part in (low, low + width)])
    hertz, before = scipy.signal.welch(NOISE.numpy(), RATE, nperseg=4096)
    after = scipy.signal.welch(out.numpy(), RATE, nperseg=4096)[1]
    change = 10 * np.log10(after / before)
    inside = np.logical_or.reduce([(hertz > low + 70) & (hertz < high - 70) for low, high in gone])
    outside = np.logical_and.reduce([(hertz < low - 70) | (hertz > high + 70) for low, high in gone])
    assert change[inside].max() < -30
    assert np.abs(change[outside][1:]).max() < 0.5
    assert inside.sum() > 100


def test_dropped_stretches_lie_within_the_true_length_and_together_below_15_per_cent():
    waves = [torch.ones(length) for length in (1600, 3000, 9000, 16_000)]
    shares = []
    for key in "abcdefgh":
        for before, after in zip(waves, clips(augmented("time_drop", batch_of(waves, 20_000), 1.0, key=key))):
            touched = before != after
            shares.append(float(touched.float().mean()))
            edges = int((touched[1:] != touched[:-1]).sum()) + int(touched[0]) + int(touched[-1])
            assert edges in (0, 2, 4), "at most two stretches"
    assert max(shares) <= 0.15
    assert max(shares) > 0.1
    assert 0.05 < np.mean(shares) < 0.09


def test_dropped_stretches_are_silent_and_fade_within_5_milliseconds():
    out = changed("time_drop", torch.ones(16_000), 1.0, (1.0, 0.5, 0.1, 0.8))
    assert int((out == 0).sum()) == 1200 + 600 - 4 * 80
    assert float((out[1:] - out[:-1]).abs().max()) < 1.01 / 80


def test_shift_keeps_every_sample_in_a_row():
    for unit in (0.0, 0.4, 0.999):
        out = changed("shift", VOICE, 1.0, (unit,))
        start = int(unit * 1601)
        assert len(out) == 17600
        assert torch.equal(out[start : start + 16000], VOICE)
        assert not out[:start].any()
        assert not out[start + 16000 :].any()


def test_the_codec_rounds_to_few_levels():
    companded, linear = (changed("codec", VOICE, 1.0, (unit,)).numpy() for unit in (0.0, 0.9))
    assert len(np.unique(linear)) <= 65
    assert len(np.unique(companded)) <= 33
    assert np.abs(linear - VOICE.numpy()).max() <= 0.5 / 64 * 1.01
    for out in (companded, linear):
        assert np.abs(out).max() == pytest.approx(0.5, abs=1e-6)
    wave = np.round(VOICE.numpy().astype(np.float64) / 0.5 * 8191) / 8191
    size = np.round(np.log1p(255 * np.abs(wave)) / np.log(256) * 16) / 16
    assert np.allclose(companded, 0.5 * np.sign(wave) * np.expm1(size * np.log(256)) / 255, atol=1e-5)


def test_mu_law_is_that_of_torchaudio(functional):
    """At 17 levels on each side there is none the same, so levels are compared at a depth where rounding matters little."""
    wave = VOICE / 0.5
    want = functional.mu_law_decoding(functional.mu_law_encoding(wave, 256), 256)
    got = changed("codec", VOICE, 0.25, (0.0,)) / 0.5  # 8 bits
    assert float((got - want).abs().max()) < 0.05
    assert float((got - wave).abs().mean()) < 1.2 * float((want - wave).abs().mean())


@pytest.mark.parametrize("magnitude", [0.1, 1.0])
def test_a_room_is_convolution_with_its_response(magnitude):
    response = impulse_response(magnitude, 5, RATE).numpy()
    want = scipy.signal.fftconvolve(VOICE.numpy().astype(np.float64), response)[: len(VOICE)]
    assert np.abs(changed("room", VOICE, magnitude, seed=5).numpy() - want).max() < 1e-4


def test_a_room_is_convolution_in_torchaudio(functional):
    want = functional.fftconvolve(VOICE, impulse_response(0.5, 5, RATE))[: len(VOICE)]
    assert torch.allclose(changed("room", VOICE, 0.5, seed=5), want, atol=1e-4)


@pytest.mark.parametrize("magnitude", [0.1, 0.5, 1.0])
def test_a_room_decays_by_60_decibels_in_its_time_and_keeps_the_direct_sound(magnitude):
    response, seconds = impulse_response(magnitude, 5, RATE).double(), 0.1 + 0.5 * magnitude
    assert response[0] == 1
    assert not response[1:32].any()
    tail = response[32:].square()
    assert -decibels(float(tail.sum())) == pytest.approx(12 * (1 - magnitude), abs=0.01)
    left = 10 * torch.log10(tail.flip(0).cumsum(0).flip(0) / tail.sum())  # what is still to come, by Schroeder
    time_to_20 = int((left < -20).nonzero()[0]) / RATE
    assert 3 * time_to_20 == pytest.approx(seconds, rel=0.15)


@pytest.mark.parametrize(("unit", "alpha"), [(UP, 1.1), (DOWN, 0.9)])
def test_vtlp_moves_the_resonances_and_keeps_the_pitch(unit, alpha):
    time = torch.arange(32000) / RATE
    wave = 1e-4 * NOISE
    for k in range(1, 80):
        wave = wave + 0.05 * np.exp(-(((100 * k - 1500) / 300) ** 2)) * torch.sin(2 * torch.pi * 100 * k * time + k * k)
    out = changed("vtlp", wave, 1.0, unit)
    assert len(out) == len(wave)
    spectrum = torch.fft.rfft(out[:16000] * torch.hann_window(16000)).abs()  # 1 Hz a bin
    harmonics = spectrum[100:4000:100]
    between = spectrum[150:4000:100]
    assert float(harmonics.square().sum()) > 1000 * float(between.square().sum()), "harmonics are where they were"
    weights = harmonics.square()
    centre = float((weights * torch.arange(100, 4000, 100)).sum() / weights.sum())
    assert centre == pytest.approx(1500 * alpha, rel=0.04)


def test_a_weak_vtlp_is_nearly_the_clip_itself():
    assert float((changed("vtlp", VOICE, 1e-4, UP) - VOICE).abs().max()) < 1e-3


def test_rows_draw_apart():
    drawn = get_op("frequency_drop").draw(RowRandom(0, "t", rows=range(50)), torch.ones(50), {})
    numbers = torch.cat([drawn["seed"][:, None], drawn["unit"]], 1)
    assert len(set(numbers.flatten().tolist())) == 250
    assert 0 <= float(drawn["unit"].min()) < 0.1
    assert 0.9 < float(drawn["unit"].max()) < 1
