"""Configurations of the vocoder and its discriminator."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from augmint.core.errors import UserError, nearest

WIDTHS = {"vocos": 192, "hifigan": 256}
"""Architectures, and their channels where none are given."""
SEGMENT = 8192
"""Samples of a training segment."""


@dataclass
class MelVocoderConfig:
    """Everything that fixes a vocoder's weights' shapes and what its mels mean; saved as `config.json`.

    Attributes:
        sampling_rate: of the clips, 8000 to 24000 Hz.
        n_fft: samples of a window; 0 chooses 1024, or 512 under 12 kHz.
        hop_length: samples between frames, a whole part of n_fft, at most half of it; 0 chooses a quarter.
        n_mels: mel filters, from 0 to 8000 Hz or half the sampling rate.
        architecture: "vocos", whose work is done at the frame rate, or "hifigan", which upsamples step by step and costs many times
            as much: for machines with an accelerator.
        dim: channels of the backbone, or before the first upsampling; 0 chooses 192 for "vocos", 256 for "hifigan".
        layers: blocks of "vocos".
        expansion: a block's hidden channels, as a multiple of dim ("vocos").

    Raises:
        UserError: a value is out of range.

    Example:
        >>> MelVocoderConfig(sampling_rate=8000).hop_length
        128
    """

    sampling_rate: int = 16_000
    n_fft: int = 0
    hop_length: int = 0
    n_mels: int = 80
    architecture: str = "vocos"
    dim: int = 0
    layers: int = 6
    expansion: int = 3

    def __post_init__(self) -> None:
        check_whole(self, "generator", {"sampling_rate": (8000, 24_000)})
        if self.architecture not in WIDTHS:
            what = f"There is no vocoder {self.architecture!r}."
            raise UserError(what, where="generator.name", fix=nearest(str(self.architecture), WIDTHS))
        self.dim = self.dim or WIDTHS[self.architecture]
        self.n_fft = self.n_fft or (1024 if self.sampling_rate >= 12_000 else 512)
        self.hop_length = self.hop_length or self.n_fft // 4
        bounds = {
            "n_fft": (64, 4096),
            "hop_length": (1, 2048),
            "n_mels": (4, 256),
            "dim": (4, 4096),
            "layers": (1, 64),
            "expansion": (1, 16),
        }
        check_whole(self, "generator", bounds)
        if self.n_fft % (2 * self.hop_length):
            raise UserError(
                f"hop_length ({self.hop_length}) does not divide half of n_fft ({self.n_fft}).",
                where="generator.hop_length",
                fix="Use 0 for a quarter of n_fft.",
            )


@dataclass
class VocoderDiscriminatorConfig:
    """Everything that fixes a vocoder discriminator; saved as `config.json`.

    Attributes:
        segment_size: samples that are looked at at once.
        periods: one head each looks at every so manieth sample.
        fft_sizes: one head each looks at a spectrogram of that window.
        period_channels: channels of a period head's first layer; later ones have up to 32 times as many.
        resolution_channels: channels of a spectrogram head.
        clip_segments: at most so many segments, evenly spaced, score a whole clip.

    Raises:
        UserError: a value is out of range.
    """

    segment_size: int = SEGMENT
    periods: list[int] = field(default_factory=lambda: [2, 5, 11])
    fft_sizes: list[int] = field(default_factory=lambda: [512, 1024])
    period_channels: int = 8
    resolution_channels: int = 16
    clip_segments: int = 4

    def __post_init__(self) -> None:
        bounds = {
            "segment_size": (512, 1 << 20),
            "period_channels": (1, 256),
            "resolution_channels": (1, 256),
            "clip_segments": (1, 64),
        }
        check_whole(self, "discriminator", bounds)
        for name, low, high in (("periods", 2, 64), ("fft_sizes", 64, min(4096, self.segment_size))):
            values = list(getattr(self, name))
            setattr(self, name, values)
            if not all(isinstance(value, int) and low <= value <= high for value in values):
                raise UserError(f"{name} is {values!r}.", where=f"discriminator.{name}", fix=f"Use whole numbers, {low} to {high}.")
        if not self.periods and not self.fft_sizes:
            raise UserError("There are no heads.", where="discriminator.periods", fix="Give periods, fft_sizes or both.")


def check_whole(config: Any, where: str, bounds: dict[str, tuple[int, int]]) -> None:
    """Raise UserError unless every field named in `bounds` is a whole number within them."""
    for name, (least, most) in bounds.items():
        value = getattr(config, name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise UserError(f"{name} is {value!r}.", where=f"{where}.{name}", fix=f"Use a whole number, {least} to {most}.")
