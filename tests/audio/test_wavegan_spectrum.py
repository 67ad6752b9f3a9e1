"""Spectra of waves: exact inverses, magnitudes in known units, and phases that fit magnitudes."""

import pytest
import torch

from augmint.audio.wavegan.spectrum import CENTRE, FLOOR, SPREAD, Spectrum

RATE, SAMPLES = 8000, 8192
TIME = torch.arange(SAMPLES) / RATE
GLIDE = 0.4 * torch.sin(2 * torch.pi * (200 + 150 * TIME) * TIME) + 0.2 * torch.sin(2 * torch.pi * (900 - 200 * TIME) * TIME)


@pytest.mark.parametrize(("samples", "rate"), [(1024, 8000), (8192, 8000), (16_384, 16_000), (8192, 44_100)])
def test_waves_come_back_from_their_spectra(samples, rate):
    spectrum = Spectrum(samples, rate)
    wave = torch.randn(2, samples, generator=torch.Generator().manual_seed(0))
    found = spectrum(wave)
    assert found.shape == (2, spectrum.bins, spectrum.frames + 1)
    assert torch.allclose(spectrum.inverse(found), wave, atol=1e-4)


def test_a_sine_of_amplitude_1_has_magnitude_1():
    spectrum = Spectrum(SAMPLES, RATE)
    assert float(spectrum(torch.sin(2 * torch.pi * 1000 * TIME)[None]).abs()[0, :, 60].max()) == pytest.approx(1, abs=0.01)


def test_silence_is_the_floor_of_the_features():
    silent = Spectrum(SAMPLES, RATE).features(torch.zeros(1, SAMPLES))
    assert torch.allclose(silent, (torch.tensor(FLOOR).log() - CENTRE) / SPREAD)


def test_a_wave_rendered_from_magnitudes_has_these_magnitudes_and_more_rounds_come_closer():
    spectrum = Spectrum(SAMPLES, RATE)
    wanted = spectrum(GLIDE[None]).abs()

    def error(iterations):
        found = spectrum(spectrum.render(spectrum.features(GLIDE[None]), iterations)).abs()
        return float((found - wanted).norm() / wanted.norm())

    errors = [error(iterations) for iterations in (0, 1, 8)]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.1


def test_rendering_hands_gradients_to_the_magnitudes():
    spectrum = Spectrum(SAMPLES, RATE)
    features = spectrum.features(GLIDE[None]).requires_grad_(True)
    spectrum.render(features, 1).square().sum().backward()
    louder = spectrum.render(features.detach() + 1e-2 * features.grad, 1).square().sum()
    assert louder > spectrum.render(features.detach(), 1).square().sum()
