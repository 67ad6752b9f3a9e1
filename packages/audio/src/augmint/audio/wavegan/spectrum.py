"""Short-time spectra of waves and back, with phases found where only magnitudes are known."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

WINDOW_SECONDS = 0.032
FLOOR = 2e-5
"""Added to magnitudes before their logarithm: what is quieter counts as silence. A sine of amplitude 1 has magnitude 1."""
CENTRE, SPREAD = -7.0, 2.0  # of log magnitudes of speech, roughly: networks see and write (log - CENTRE) / SPREAD
MOMENTUM = 0.9
GAUSS = 0.25645
"""The Hann window of n samples resembles a Gaussian exp(-pi t^2 / (GAUSS n^2))."""


def window_size(sampling_rate: int, samples: int) -> int:
    """Samples of the analysis window: the power of two nearest to 32 ms, at most an eighth of the clip.

    Example:
        >>> window_size(8_000, 8_192), window_size(16_000, 16_384)
        (256, 512)
    """
    nearest = 2 ** round(math.log2(WINDOW_SECONDS * sampling_rate))
    return int(max(32, min(nearest, samples // 8)))


class Spectrum(nn.Module):
    """Between waves float32 (n, samples) and complex spectra (n, bins, frames), a quarter of a window from frame to frame.

    Args:
        samples: length of the waves.
        sampling_rate: in Hz.

    Example:
        >>> spectrum = Spectrum(1024, 8000)
        >>> wave = torch.sin(torch.arange(1024.0))[None]
        >>> bool(torch.allclose(spectrum.inverse(spectrum(wave)), wave, atol=1e-4))
        True
    """

    window: Tensor

    def __init__(self, samples: int, sampling_rate: int) -> None:
        super().__init__()
        self.samples, self.size = samples, window_size(sampling_rate, samples)
        self.hop, self.bins = self.size // 4, self.size // 2 + 1
        self.frames = samples // self.hop
        """Frames that networks see and write; the spectrum has one more, the last sample's."""
        self.register_buffer("window", torch.hann_window(self.size), persistent=False)

    def forward(self, wave: Tensor) -> Tensor:
        """Complex (n, bins, frames + 1)."""
        window = self.window * (4 / self.size)
        return torch.stft(wave.float(), self.size, self.hop, window=window, pad_mode="constant", return_complex=True)

    def inverse(self, spectrum: Tensor) -> Tensor:
        """float32 (n, samples) of complex (n, bins, frames + 1)."""
        return torch.istft(spectrum, self.size, self.hop, window=self.window, length=self.samples) * (self.size / 4)

    def features(self, wave: Tensor) -> Tensor:
        """Scaled log magnitudes, float32 (n, bins, frames), about -2 to 3."""
        found = self(wave)[:, :, : self.frames]
        power = found.real.square() + found.imag.square()
        return (0.5 * torch.log(power + FLOOR**2) - CENTRE) / SPREAD

    def render(self, features: Tensor, iterations: int) -> Tensor:
        """Waves, float32 (n, samples), of scaled log magnitudes (n, bins, frames), differentiable with respect to them.

        Phases start from the slope of the log magnitudes over frequency, which tells how fast they turn, and are then made
        consistent with their neighbours.

        Source: Prusa et al. 2017, "A noniterative method for reconstruction of phase from STFT magnitude"; Griffin and Lim 1984,
        "Signal estimation from modified short-time Fourier transform"; Perraudin et al. 2013, "A fast Griffin-Lim algorithm".
        """
        log = torch.cat([features, features[:, :, -1:]], dim=2) * SPREAD + CENTRE
        magnitude = log.clamp(CENTRE - 3 * SPREAD, 0.5).exp()
        with torch.no_grad():
            cosine, sine = self._phases(magnitude, iterations)
        return self.inverse(torch.complex(magnitude * cosine, magnitude * sine))

    def _phases(self, magnitude: Tensor, iterations: int) -> tuple[Tensor, Tensor]:
        """Cosine and sine of the phases, each (n, bins, frames + 1). Real numbers throughout: complex ones are slow on CPU."""
        log = (magnitude + FLOOR).log()
        slope = torch.zeros_like(log)
        slope[:, 1:-1] = (log[:, 2:] - log[:, :-2]) / 2
        bins = torch.arange(self.bins, device=log.device, dtype=log.dtype)[None, :, None]
        turns = (bins * self.hop % self.size) / self.size  # whole turns left out, or long clips would lose digits
        step = slope * (self.hop / (GAUSS * self.size)) + 2 * math.pi * turns
        angle = torch.cumsum(step, dim=2) - (step + step[:, :, :1]) / 2 + math.pi * (bins % 2)  # trapezes, from centred windows
        cosine, sine, before = angle.cos(), angle.sin(), None
        for _ in range(iterations):
            found = torch.view_as_real(self(self.inverse(torch.complex(magnitude * cosine, magnitude * sine))))
            ahead = found if before is None else found + MOMENTUM * (found - before)
            before = found
            real, imaginary = ahead.unbind(-1)
            scale = (real.square() + imaginary.square()).clamp_min(1e-20).rsqrt()
            cosine, sine = real * scale, imaginary * scale
        return cosine, sine
