"""Log-mels equal those of transformers' reference, and filling up with zeros changes nothing but the number of frames."""

import numpy as np
import pytest
import torch

from augmint.audio.mel import MelSpectrogram, hertz_to_mel, mel_to_hertz
from augmint.core.errors import UserError

audio_utils = pytest.importorskip("transformers.audio_utils")


def noise(n, samples, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(0, 0.1, (n, samples)).astype(np.float32))


@pytest.mark.parametrize(("rate", "n_fft", "hop"), [(16_000, 1024, 256), (8000, 512, 128), (24_000, 1024, 256)])
def test_log_mels_are_those_of_the_reference(rate, n_fft, hop):
    wave = noise(1, 40 * hop)
    f_max = min(8000.0, rate / 2)
    filters = audio_utils.mel_filter_bank(n_fft // 2 + 1, 80, 0.0, f_max, rate, norm="slaney", mel_scale="slaney")
    window = np.hanning(n_fft + 1)[:-1]
    expected = audio_utils.spectrogram(
        wave[0].numpy(),
        window,
        n_fft,
        hop,
        n_fft,
        power=1.0,
        pad_mode="constant",
        mel_filters=filters,
        mel_floor=1e-5,
        log_mel="log",
    )
    ours = MelSpectrogram(rate, n_fft, hop)(wave)[0]
    assert ours.shape == expected.shape == (80, 41)
    np.testing.assert_allclose(ours.numpy(), expected, atol=2e-3)


@pytest.mark.parametrize("samples", [1, 255, 256, 257, 5000])
def test_zeros_behind_a_clip_add_frames_and_change_none(samples):
    mel = MelSpectrogram()
    wave = noise(1, samples)
    alone, padded = mel(wave), mel(torch.nn.functional.pad(wave, (0, 3000)))
    assert alone.shape[-1] == mel.frames(samples)
    assert torch.allclose(padded[..., : alone.shape[-1]], alone, atol=1e-4)


def test_silence_is_the_floor_and_has_a_finite_slope():
    wave = torch.zeros(1, 2048, requires_grad=True)
    mel = MelSpectrogram()(wave)
    assert torch.allclose(mel, torch.full_like(mel, np.log(1e-5)))
    mel.sum().backward()
    assert wave.grad.isfinite().all()


def test_a_tone_is_loudest_in_the_filter_around_it():
    mel = MelSpectrogram()
    time = torch.arange(16_000) / 16_000
    for hertz in (300.0, 1500.0, 5000.0):
        spectrum = mel(torch.sin(2 * torch.pi * hertz * time)[None])[0].mean(1)
        place = np.interp(hertz_to_mel(np.array(hertz)), [0, hertz_to_mel(np.array(8000.0))], [-1, 80])
        assert abs(float(spectrum.argmax()) - place) <= 1


def test_the_mel_scale_has_its_inverse():
    hertz = np.linspace(0, 12_000, 50)
    np.testing.assert_allclose(mel_to_hertz(hertz_to_mel(hertz)), hertz, atol=1e-6)


def test_nothing_of_it_is_saved():
    assert not MelSpectrogram().state_dict()


def test_filters_that_do_not_fit_are_refused():
    with pytest.raises(UserError, match="half the sampling rate"):
        MelSpectrogram(8000, f_max=5000.0)
    with pytest.raises(UserError, match="too many"):
        MelSpectrogram(16_000, n_fft=256, hop_length=64, n_mels=128)
