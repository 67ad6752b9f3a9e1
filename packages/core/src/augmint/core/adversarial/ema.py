"""The averaged generator, the one that is sampled and saved.

Source: Yazici et al. 2019, "The unusual effectiveness of averaging in GAN training"; half-life in samples seen and its ramp-up
as in Karras et al. 2020, "Training generative adversarial networks with limited data".
"""

from __future__ import annotations

import copy

import torch
from torch import nn

from augmint.core.interfaces import Generator


def ema_decay(rows: int, seen: int, half_life: float, rampup: float | None) -> float:
    """Weight of the old average after `rows` more training rows.

    Args:
        rows: training rows of this step.
        seen: training rows seen up to and with this step.
        half_life: rows after which a weight counts half.
        rampup: the half-life is at most this part of `seen`; None: no limit.

    Example:
        >>> ema_decay(rows=100, seen=10_000, half_life=100, rampup=None)
        0.5
        >>> ema_decay(rows=100, seen=1_000, half_life=10_000, rampup=0.05)
        0.25
    """
    if rampup is not None:
        half_life = min(half_life, seen * rampup)
    return 0.5 ** (rows / half_life) if half_life > 0 else 0.0


class Ema:
    """Keeps `module`, a frozen copy of the generator in eval mode, at the running average of its weights.

    Args:
        generator: what is averaged.
        half_life: in rows seen.
        rampup: see `ema_decay`.
    """

    def __init__(self, generator: Generator, half_life: float, rampup: float | None) -> None:
        self.half_life, self.rampup = half_life, rampup
        self.module = copy.deepcopy(generator).requires_grad_(False).eval()

    @torch.no_grad()
    def update(self, generator: nn.Module, rows: int, seen: int) -> None:
        """Move parameters towards the generator's; copy its buffers as they are."""
        decay = ema_decay(rows, seen, self.half_life, self.rampup)
        mine = [p for p in self.module.parameters() if p.is_floating_point()]
        theirs = [p.detach() for p in generator.parameters() if p.is_floating_point()]
        torch._foreach_lerp_(mine, theirs, 1.0 - decay)
        self._copy_buffers(generator)

    @torch.no_grad()
    def copy_from(self, generator: nn.Module) -> None:
        """Start the average anew at the generator's weights."""
        for mine, theirs in zip(self.module.parameters(), generator.parameters(), strict=True):
            mine.copy_(theirs)
        self._copy_buffers(generator)

    def _copy_buffers(self, generator: nn.Module) -> None:
        for mine, theirs in zip(self.module.buffers(), generator.buffers(), strict=True):
            mine.copy_(theirs)
