"""The vocoder's discriminator: heads that look at waves by periods and at spectrograms."""

# No `from __future__ import annotations` here: huggingface_hub reads the annotation of `config` to rebuild the dataclass.
from dataclasses import dataclass
from typing import Any

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn
from torch.nn import functional as F

from augmint.audio.vocoder.config import VocoderDiscriminatorConfig
from augmint.audio.vocoder.period import PeriodHead
from augmint.audio.vocoder.resolution import ResolutionHead
from augmint.core.interfaces import Batch, Discriminator

AT_ONCE = 8
"""Segments of whole clips that a processor without an accelerator looks at together."""


@dataclass
class HeadOutput:
    """What one head says: its family ("period" or "resolution"), logits (n, places), and feature maps, rows first."""

    family: str
    logits: Tensor
    features: list[Tensor]


class VocoderDiscriminator(Discriminator, PyTorchModelHubMixin, library_name="augmint", tags=["audio", "gan", "discriminator"]):
    """Multi-period and multi-resolution heads on segments.

    A whole clip is scored by evenly spaced segments inside its true length, averaged: as few as cover it.

    Example:
        >>> config = VocoderDiscriminatorConfig(segment_size=1024, period_channels=1, resolution_channels=2)
        >>> clips = {"audio": torch.zeros(2, 4000), "audio_length": torch.tensor([4000, 3000])}
        >>> VocoderDiscriminator(config)(clips).shape
        torch.Size([2, 5])
    """

    modality = "audio"

    def __init__(self, config: VocoderDiscriminatorConfig) -> None:
        super().__init__()
        self.config = config
        self.heads = nn.ModuleList(
            [
                *(PeriodHead(period, config.period_channels) for period in config.periods),
                *(ResolutionHead(n_fft, config.resolution_channels) for n_fft in config.fft_sizes),
            ]
        )

    def forward(self, batch: Batch, heads: bool = False) -> Any:
        """Logits, float32 (n, heads), each a mean over its places.

        Args:
            batch: `{"audio": float (n, L) in [-1, 1], or int16}`, and "audio_length" int64 (n,) where clips have ends of their own.
                Segments as in training have L = segment_size and no length.
            heads: give a list of `HeadOutput` instead, of segments alone.
        """
        audio = batch["audio"]
        wave = audio.float() if audio.is_floating_point() else audio.float() / 32_768
        if "audio_length" not in batch and wave.shape[1] == self.config.segment_size:
            outputs = self._outputs(wave)
            return outputs if heads else self._means(outputs)
        if heads:
            raise ValueError(f"heads are asked of segments of {self.config.segment_size} samples, not of {wave.shape[1]}")
        lengths = batch.get("audio_length", torch.full((len(wave),), wave.shape[1])).to(wave.device)
        return self._clips(wave, lengths)

    def _clips(self, wave: Tensor, lengths: Tensor) -> Tensor:
        segments, taken = self._segments(wave, lengths)
        # The convolutions over spectrograms outgrow a processor's cache with many segments at once, and take twice the time each.
        block = AT_ONCE if wave.device.type == "cpu" else len(segments)
        blocks = F.pad(segments, (0, 0, 0, -len(segments) % block)).split(block)
        logits = torch.cat([self._means(self._outputs(part)) for part in blocks])[: len(segments)]
        table = logits.new_zeros(*taken.shape, len(self.heads))
        table[taken] = logits
        return table.sum(1) / taken.sum(1, keepdim=True)

    def _outputs(self, wave: Tensor) -> list[HeadOutput]:
        found = []
        for head in self.heads:
            logits, features = head(wave)
            found.append(HeadOutput(str(head.family), logits, features))
        return found

    @staticmethod
    def _means(outputs: list[HeadOutput]) -> Tensor:
        return torch.stack([output.logits.float().mean(1) for output in outputs], dim=1)

    def _segments(self, wave: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Segments (all, segment_size) by rows, and which of (n, clip_segments) they are. How many a row has depends on its own
        length: as many as cover it, at most clip_segments."""
        size, count = self.config.segment_size, self.config.clip_segments
        number = torch.arange(count, device=wave.device)
        counts = ((lengths + size - 1) // size).clamp(1, count)
        taken = number < counts[:, None]
        room = (lengths - size).clamp_min(0)
        starts = (room[:, None] * (number / (counts - 1).clamp_min(1)[:, None])).round().long()
        at = starts[taken][:, None] + torch.arange(size, device=wave.device)
        row = taken.nonzero()[:, :1]
        inside = at < lengths[row]
        padded = F.pad(wave, (0, max(0, size - wave.shape[1])))
        return padded[row, at.clamp_max(padded.shape[1] - 1)].masked_fill(~inside, 0.0), taken
