"""From mels to spectra at one frame rate: ConvNeXt blocks and the inverse-Fourier head.

Source: Siuzdak 2023, "Vocos: closing the gap between time-domain and Fourier-based neural vocoders for high-quality audio
synthesis"; Liu et al. 2022, "A ConvNet for the 2020s".
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from augmint.audio.mel import hertz_to_mel, highest_mel, mel_filters
from augmint.audio.vocoder.config import MelVocoderConfig

_LOUDEST = math.log(100.0)  # of a spectrum: keeps an untrained head from overflowing


class ConvNeXtBlock(nn.Module):
    """x + scale * branch(x): a depthwise convolution over 7 frames, then two layers frame by frame; (n, frames, dim) kept."""

    def __init__(self, dim: int, hidden: int, blocks_in_net: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(dim, dim, 7, padding=3, groups=dim)
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.widen, self.narrow = nn.Linear(dim, hidden), nn.Linear(hidden, dim)
        self.scale = nn.Parameter(torch.full((dim,), 1.0 / blocks_in_net))

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.norm(self.depthwise(x.transpose(1, 2)).transpose(1, 2))
        return x + self.scale * self.narrow(F.gelu(self.widen(hidden)))


class Backbone(nn.Module):
    """Log-mels (n, n_mels, frames) to features (n, frames, dim)."""

    def __init__(self, config: MelVocoderConfig) -> None:
        super().__init__()
        dim = config.dim
        self.embed = nn.Conv1d(config.n_mels, dim, 7, padding=3)
        self.first_norm, self.last_norm = nn.LayerNorm(dim, eps=1e-6), nn.LayerNorm(dim, eps=1e-6)
        self.blocks = nn.ModuleList(ConvNeXtBlock(dim, config.expansion * dim, config.layers) for _ in range(config.layers))
        for part in self.modules():
            if isinstance(part, (nn.Conv1d, nn.Linear)):
                nn.init.trunc_normal_(part.weight, std=0.02)
                if part.bias is not None:
                    nn.init.zeros_(part.bias)

    def forward(self, mel: Tensor) -> Tensor:
        x = self.first_norm(self.embed(mel + 5.0).transpose(1, 2))  # speech has log-mels about -5
        for block in self.blocks:
            x = block(x)
        return self.last_norm(x)


class InverseStftHead(nn.Module):
    """Features and log-mels to waves float32 (n, (frames - 1) * hop_length): magnitudes and phases, overlapped and added.

    Magnitudes are said as what they are more or less than the mels', spread over the bins: so a fresh head has the spectrum's
    outline, and a louder mel gives a louder wave.
    """

    window: Tensor
    spread: Tensor
    level: Tensor

    def __init__(self, config: MelVocoderConfig) -> None:
        super().__init__()
        self.n_fft, self.hop_length = config.n_fft, config.hop_length
        self.project = nn.Linear(config.dim, config.n_fft + 2)
        f_max = highest_mel(config.sampling_rate)
        filters = mel_filters(config.sampling_rate, config.n_fft, config.n_mels, 0.0, f_max)
        spread = bins_between_mels(config.sampling_rate, config.n_fft, config.n_mels, f_max)
        self.register_buffer("window", torch.hann_window(config.n_fft), persistent=False)
        self.register_buffer("spread", spread, persistent=False)
        self.register_buffer("level", filters.sum(1).log()[:, None], persistent=False)

    def forward(self, x: Tensor, mel: Tensor) -> Tensor:
        """(n, frames, dim) and (n, n_mels, frames)."""
        with torch.autocast(x.device.type, enabled=False):
            outline = (mel - self.level).transpose(1, 2) @ self.spread
        logarithms, phases = self.project(x).float().chunk(2, dim=-1)
        spectrum = torch.polar((logarithms + outline).clamp_max(_LOUDEST).exp(), phases)
        frames = torch.fft.irfft(spectrum, n=self.n_fft) * self.window
        envelope = self._overlap(self.window.square().expand(1, frames.shape[1], -1))
        start = self.n_fft // 2
        end = start + (frames.shape[1] - 1) * self.hop_length
        return self._overlap(frames)[:, start:end] / envelope[:, start:end]

    def _overlap(self, frames: Tensor) -> Tensor:
        """(n, frames, n_fft) to (n, (frames - 1) * hop_length + n_fft)."""
        pieces = frames.unflatten(-1, (-1, self.hop_length)).unbind(2)
        return sum(F.pad(piece, (0, 0, at, len(pieces) - 1 - at)) for at, piece in enumerate(pieces)).flatten(1)  # type: ignore[union-attr]


class Vocos(nn.Module):
    """Log-mels (n, n_mels, frames) to waves float32 (n, (frames - 1) * hop_length)."""

    def __init__(self, config: MelVocoderConfig) -> None:
        super().__init__()
        self.backbone, self.head = Backbone(config), InverseStftHead(config)

    def forward(self, mel: Tensor) -> Tensor:
        wave: Tensor = self.head(self.backbone(mel), mel)
        return wave


def bins_between_mels(sampling_rate: int, n_fft: int, n_mels: int, f_max: float) -> Tensor:
    """How much each bin takes of each mel, by its place between their centres: float32 (n_mels, n_fft // 2 + 1)."""
    bins = hertz_to_mel(np.linspace(0.0, sampling_rate / 2, n_fft // 2 + 1))
    place = np.clip(bins / hertz_to_mel(np.array(f_max)) * (n_mels + 1) - 1, 0, n_mels - 1)
    near = np.maximum(0.0, 1.0 - np.abs(place[None] - np.arange(n_mels)[:, None]))
    return torch.from_numpy(near.astype(np.float32))
