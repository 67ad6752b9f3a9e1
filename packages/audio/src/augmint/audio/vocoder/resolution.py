"""A head that looks at a spectrogram."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm

from augmint.audio.mel import magnitudes
from augmint.audio.vocoder.period import SLOPE


class ResolutionHead(nn.Module):
    """Waves (n, L) to logits (n, places) and the feature maps on the way, by magnitudes over windows of `n_fft` samples.

    Source: Jang et al. 2021, "UnivNet: a neural vocoder with multi-resolution spectrogram discriminators for high-fidelity waveform
    generation".
    """

    family = "resolution"
    window: Tensor

    def __init__(self, n_fft: int, channels: int) -> None:
        super().__init__()
        self.n_fft = n_fft
        shapes = [((3, 9), 1), ((3, 9), 2), ((3, 9), 2), ((3, 9), 2), ((3, 3), 1)]
        self.layers = nn.ModuleList(
            weight_norm(nn.Conv2d(channels if at else 1, channels, sides, (1, step), padding=(sides[0] // 2, sides[1] // 2)))
            for at, (sides, step) in enumerate(shapes)
        )
        self.last = weight_norm(nn.Conv2d(channels, 1, 3, padding=1))
        self.register_buffer("window", torch.hann_window(n_fft), persistent=False)

    def forward(self, wave: Tensor) -> tuple[Tensor, list[Tensor]]:
        with torch.autocast(wave.device.type, enabled=False):
            spectrogram = magnitudes(wave, self.n_fft, self.n_fft // 4, self.window)
        x, features = spectrogram.transpose(1, 2)[:, None], []  # (n, 1, frames, bins): strides lie along the bins
        for layer in self.layers:
            x = F.leaky_relu(layer(x), SLOPE)
            features.append(x)
        return self.last(x).flatten(1), features
