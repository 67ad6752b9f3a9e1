"""Differentiable augmentation of real and generated clips alike, so that little data does not overfit the discriminator.

Source: Zhao et al. 2020, "Differentiable augmentation for data-efficient GAN training" (the same for both sides, in both steps).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import torch
from torch import Tensor

from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import Batch, RowRandom, keyed_generator

SHUFFLE = 2  # samples
SHIFT = 0.05  # of the window
GAIN_DB = 6.0
NOISE_DB = (-80.0, -55.0)  # below full scale


def shuffle(audio: Tensor, rng: RowRandom) -> Tensor:
    """Move by -2 to 2 samples; the gap is filled with the mirrored edge, so that no phase is told by its place.

    Source: Donahue et al. 2019, "Adversarial audio synthesis" (phase shuffle; here on what the discriminator hears, since its
    layers draw no random numbers).
    """
    move = rng.integers(2 * SHUFFLE + 1, 1) - SHUFFLE
    width = audio.shape[1]
    place = torch.arange(width, device=audio.device) - move
    mirrored = width - 1 - (width - 1 - place.abs()).abs()
    return audio.gather(1, mirrored)


def shift(audio: Tensor, rng: RowRandom) -> Tensor:
    """Begin later by up to a twentieth of the window; silence enters."""
    width = audio.shape[1]
    move = rng.integers(int(width * SHIFT) + 1, 1)
    place = torch.arange(width, device=audio.device) - move
    return audio.gather(1, place.clamp(min=0)) * (place >= 0)


def gain(audio: Tensor, rng: RowRandom) -> Tensor:
    """Louder or quieter by up to 6 dB."""
    return audio * 10 ** (rng.uniform(1, low=-GAIN_DB, high=GAIN_DB) / 20)


def polarity(audio: Tensor, rng: RowRandom) -> Tensor:
    """Turned upside down in half of the rows."""
    return audio * (1 - 2 * rng.integers(2, 1))


def noise(audio: Tensor, rng: RowRandom) -> Tensor:
    """White noise of -80 to -55 dB below full scale, which hides that real clips end in exact zeros."""
    level = 10 ** (rng.uniform(1, low=NOISE_DB[0], high=NOISE_DB[1]) / 20)
    hiss = _hiss(audio.shape[1]).to(audio.device)
    # A keyed stretch of one fixed noise: drawing every sample anew would take longer than the networks' step.
    place = torch.arange(audio.shape[1], device=audio.device) + rng.integers(len(hiss) - audio.shape[1], 1)
    return audio + level * hiss[place]


@cache
def _hiss(width: int) -> Tensor:
    """float32 from N(0, 1), four windows long, the same in every process."""
    return torch.from_numpy(keyed_generator(0, "wave-augment", width).standard_normal(4 * width).astype(np.float32))


OPS: dict[str, Callable[[Tensor, RowRandom], Tensor]] = {
    "shuffle": shuffle, "shift": shift, "gain": gain, "polarity": polarity, "noise": noise,
}  # fmt: skip


class WaveAugment:
    """Augments a batch's clips, each row by its own parameters, differentiably.

    Args:
        policy: any of "shuffle", "shift", "gain", "polarity", "noise", applied in this order.

    Raises:
        UserError: an unknown word in `policy`.

    Example:
        >>> batch = {"audio": torch.zeros(2, 1024)}
        >>> same = WaveAugment()(batch, RowRandom(0, "doc", rows=[0, 1]), 0.0)
        >>> bool((same["audio"] == batch["audio"]).all())
        True
    """

    def __init__(self, policy: Sequence[str] = tuple(OPS)) -> None:
        for word in policy:
            if word not in OPS:
                raise UserError(f"There is no augmentation {word!r}.", where="WaveAugment.policy", fix=nearest(str(word), OPS))
        self.policy = tuple(policy)

    def __call__(self, batch: Batch, rng: RowRandom, p: float = 1.0) -> Batch:
        """The batch with its clips augmented; lengths are handed through, for the discriminator does not read them.

        Args:
            batch: `{"audio": float (n, samples), ...}`.
            rng: n rows; every draw comes from here.
            p: probability of each operation for each row, 0 to 1.

        Returns:
            clips of the same shape; a gain may leave [-1, 1].
        """
        if p <= 0 or not self.policy:
            return batch
        audio = batch["audio"]
        for word in self.policy:
            changed = OPS[word](audio, rng)
            audio = changed if p >= 1 else torch.where(rng.bernoulli(p, 1), changed, audio)
        return {**batch, "audio": audio}
