"""The averaged generator, the one that is sampled and saved.

Source: Yazici et al. 2019, "The unusual effectiveness of averaging in GAN training"; half-life in samples seen and its ramp-up
as in Karras et al. 2020, "Training generative adversarial networks with limited data".
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor

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
        generator: what is averaged, on its device.
        half_life: in rows seen.
        rampup: see `ema_decay`.
    """

    def __init__(self, generator: Generator, half_life: float, rampup: float | None) -> None:
        self.half_life, self.rampup = half_life, rampup
        self.module = copy.deepcopy(generator).requires_grad_(False).eval()
        self._parameters: list[tuple[Tensor, Tensor]] = list(zip(self.module.parameters(), generator.parameters(), strict=True))
        # by owner and name, since a module may put another tensor in a buffer's place
        owners = zip(self.module.modules(), generator.modules(), strict=True)
        self._buffers = [(mine, theirs, name) for mine, theirs in owners for name in theirs._buffers]

    @torch.no_grad()
    def update(self, rows: int, seen: int) -> None:
        """Move parameters towards the generator's after a step of `rows` rows; copy its buffers as they are."""
        weight = 1.0 - ema_decay(rows, seen, self.half_life, self.rampup)
        torch._foreach_lerp_([mine for mine, _ in self._parameters], [theirs.detach() for _, theirs in self._parameters], weight)
        self._copy_buffers()

    @torch.no_grad()
    def restart(self) -> None:
        """Start the average anew at the generator's weights."""
        for mine, theirs in self._parameters:
            mine.copy_(theirs)
        self._copy_buffers()

    def _copy_buffers(self) -> None:
        for mine, theirs, name in self._buffers:
            old, new = mine._buffers[name], theirs._buffers[name]
            if old is not None and new is not None:
                old.copy_(new)
