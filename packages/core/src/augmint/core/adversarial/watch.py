"""Sees a training that has gone wrong: not finite, exploded, collapsed, or a discriminator that teaches no more."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import nn

from augmint.core.adversarial.arguments import AdversarialArguments

_LOSSES = ("discriminator_loss", "generator_loss")
_FINITE = (*_LOSSES, "discriminator_grad_norm", "generator_grad_norm")


class CollapseWatch:
    """Reads every log line. Not finite or exploded counts at once; the slower signs must show in several lines in a row."""

    def __init__(self, args: AdversarialArguments) -> None:
        self.args = args
        self.streaks = {"spread": 0, "saturated": 0}

    @property
    def healthy(self) -> bool:
        """No sign is showing: a checkpoint written now is fit to roll back to."""
        return not any(self.streaks.values())

    def reset(self) -> None:
        """Forget the signs, after a roll-back."""
        self.streaks = dict.fromkeys(self.streaks, 0)

    def check(self, step: int, logs: Mapping[str, float]) -> str | None:
        """What is wrong after `step` steps, one phrase for the log, or None."""
        for name in _FINITE:
            if name in logs and not math.isfinite(logs[name]):
                return f"{name} is not finite"
        for name in _LOSSES:
            if abs(logs.get(name, 0.0)) > self.args.max_loss:
                return f"{name} exploded to {logs[name]:.3g}"
        self._follow("spread", step > self.args.collapse_grace_steps and self._narrow(logs))
        self._follow("saturated", logs.get("discriminator_saturated", 0.0) > 0.999)
        if self.streaks["spread"] >= self.args.collapse_patience:
            return f"generated rows hardly differ any more (spread {logs['fake_spread']:.3g}, real rows {logs['real_spread']:.3g})"
        if self.streaks["saturated"] >= 4 * self.args.collapse_patience:
            return "the discriminator tells every row and teaches no more"
        return None

    def _narrow(self, logs: Mapping[str, float]) -> bool:
        return logs.get("fake_spread", math.inf) < self.args.collapse_spread * logs.get("real_spread", 0.0)

    def _follow(self, sign: str, shows: bool) -> None:
        self.streaks[sign] = self.streaks[sign] + 1 if shows else 0

    def state_dict(self) -> dict[str, Any]:
        return dict(self.streaks)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.streaks = {name: int(state[name]) for name in self.streaks}


@torch.no_grad()
def finite(modules: Iterable[nn.Module]) -> bool:
    """Whether every parameter and buffer is finite."""
    tensors = [t for module in modules for t in (*module.parameters(), *module.buffers()) if t.is_floating_point() and t.numel()]
    if not tensors:
        return True
    largest = torch.stack([norm.float().to(tensors[0].device) for norm in torch._foreach_norm(tensors, float("inf"))])
    return bool(torch.isfinite(largest).all())
