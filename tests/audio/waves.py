"""Waves for the tests of ops and policies: voices made of harmonics under moving resonances, and plain sines."""

import torch

from augmint.audio.ops import Setting, get_op
from augmint.audio.surroundings import Surroundings
from augmint.core.interfaces import RowRandom

RATE = 16000
SURROUNDINGS = Surroundings(noises=((0.0, -4.0, -8.0, -12.0), (-20.0, 0.0, 0.0, -20.0)), decays=(0.2, 0.3, 0.8))


def voice(length: int, pitch: float, seed: int = 0) -> torch.Tensor:
    """float32 (length,), peak 0.5: syllables of a buzz through two resonances, with short pauses."""
    time = torch.arange(length) / RATE
    generator = torch.Generator().manual_seed(seed)
    wave = 0.001 * torch.randn(length, generator=generator)
    for harmonic in range(1, int(7600 / pitch)):
        hertz = harmonic * pitch
        sway = 1 + 0.2 * torch.sin(9 * time + seed)
        level = sum(torch.exp(-(((hertz - centre * sway) / 250) ** 2)) for centre in (600, 1700, 2900))
        wave += (level + 0.02) * torch.sin(2 * torch.pi * hertz * time + harmonic**2)
    wave *= (torch.sin(2 * torch.pi * 3 * time + seed) + 0.8).clamp(0, 1)
    return 0.5 * wave / wave.abs().max().clamp_min(1e-9)


def batch_of(waves, width: int = 0) -> dict[str, torch.Tensor]:
    """Clips as a batch of float32, at least `width` wide."""
    audio = torch.zeros(len(waves), max([width, *map(len, waves)]))
    for row, wave in zip(audio, waves):
        row[: len(wave)] = wave
    return {"audio": audio, "audio_length": torch.tensor([len(wave) for wave in waves])}


def as_int16(batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {**batch, "audio": (batch["audio"] * 32768).round().clamp(-32768, 32767).to(torch.int16)}


def sine(length: int, hertz: float) -> torch.Tensor:
    return 0.5 * torch.sin(2 * torch.pi * hertz * torch.arange(length) / RATE)


def dominant(wave: torch.Tensor) -> float:
    """The strongest frequency of a clip, in Hz."""
    spectrum = torch.fft.rfft(wave * torch.hann_window(len(wave)), n=2**18)
    return float(spectrum.abs().argmax()) * RATE / 2**18


def clips(batch: dict[str, torch.Tensor]) -> list[torch.Tensor]:
    return [row[:end] for row, end in zip(batch["audio"], batch["audio_length"].tolist())]


def augmented(name: str, batch, magnitude, key: str = "t", rows=None, rate: int = RATE):
    """The batch through one op; a magnitude for all rows, or one each."""
    op, n = get_op(name, Setting(rate, SURROUNDINGS)), len(batch["audio"])
    strength = magnitude if isinstance(magnitude, torch.Tensor) else torch.full((n,), float(magnitude))
    return op.apply(batch, op.draw(RowRandom(0, key, rows=range(n) if rows is None else rows), strength, batch))


VOICES = [
    voice(length, pitch, seed)
    for seed, (length, pitch) in enumerate([(9000, 110), (4321, 180), (16000, 210), (1600, 120), (12345, 95), (7777, 240)])
]
