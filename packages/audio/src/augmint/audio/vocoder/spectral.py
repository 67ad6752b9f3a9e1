"""How far apart two waves' spectrograms are, at several resolutions."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from augmint.audio.mel import magnitudes

FFT_SIZES = (512, 1024, 2048)


class SpectralDistance(nn.Module):
    """Spectral convergence plus the mean gap of log-magnitudes, averaged over window sizes: two (n, L) to float32 (n,).

    Source: Yamamoto et al. 2020, "Parallel WaveGAN: a fast waveform generation model based on generative adversarial networks with
    multi-resolution spectrogram".

    Example:
        >>> wave = torch.sin(torch.arange(4000.0))[None]
        >>> float(SpectralDistance()(wave, wave))
        0.0
    """

    def __init__(self, fft_sizes: Sequence[int] = FFT_SIZES) -> None:
        super().__init__()
        self.fft_sizes = tuple(fft_sizes)

    def forward(self, made: Tensor, real: Tensor) -> Tensor:
        distances = []
        with torch.autocast(made.device.type, enabled=False):
            for n_fft in self.fft_sizes:
                window = torch.hann_window(n_fft, device=made.device)
                a, b = (magnitudes(wave, n_fft, n_fft // 4, window) for wave in (made, real))
                convergence = torch.linalg.vector_norm(a - b, dim=(1, 2)) / torch.linalg.vector_norm(b, dim=(1, 2)).clamp_min(1e-3)
                distances.append(convergence + (_log(a) - _log(b)).abs().mean((1, 2)))
        return torch.stack(distances).mean(0)


def _log(magnitude: Tensor) -> Tensor:
    return magnitude.clamp_min(1e-4).log()
