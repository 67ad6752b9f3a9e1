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


@dataclass
class HeadOutput:
    """What one head says: its family ("period" or "resolution"), logits (n, places), and feature maps, rows first."""

    family: str
    logits: Tensor
    features: list[Tensor]


class VocoderDiscriminator(Discriminator, PyTorchModelHubMixin, library_name="augmint", tags=["audio", "gan", "discriminator"]):
    """Multi-period and multi-resolution heads on segments.

    A whole clip is scored by evenly spaced segments inside its true length, averaged.

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
        segments = self._segments(wave, lengths)
        return self._means(self._outputs(segments.flatten(0, 1))).unflatten(0, segments.shape[:2]).mean(1)

    def _outputs(self, wave: Tensor) -> list[HeadOutput]:
        found = []
        for head in self.heads:
            logits, features = head(wave)
            found.append(HeadOutput(str(head.family), logits, features))
        return found

    @staticmethod
    def _means(outputs: list[HeadOutput]) -> Tensor:
        return torch.stack([output.logits.float().mean(1) for output in outputs], dim=1)

    def _segments(self, wave: Tensor, lengths: Tensor) -> Tensor:
        """(n, clip_segments, segment_size): as many of every clip, so that a row's score knows nothing of the others' lengths."""
        size, count = self.config.segment_size, self.config.clip_segments
        room = (lengths - size).clamp_min(0)
        parts = torch.linspace(0, 1, count, device=wave.device)
        starts = (room[:, None] * parts).round().long()
        at = starts[..., None] + torch.arange(size, device=wave.device)
        inside = at < lengths[:, None, None]
        padded = F.pad(wave, (0, max(0, size - wave.shape[1])))
        taken = padded.gather(1, at.clamp_max(padded.shape[1] - 1).flatten(1)).view_as(at)
        return taken.masked_fill(~inside, 0.0)
