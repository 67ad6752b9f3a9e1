"""Running means of what a training logs, kept as tensors so that a step need not wait for the device."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor


class Meter:
    """Sums and counts by name. All processes must add the same names, in any order."""

    def __init__(self) -> None:
        self.sums: dict[str, Tensor] = {}
        self.counts: dict[str, int] = {}

    def add(self, values: Mapping[str, Tensor]) -> None:
        """Take in scalars."""
        for name, value in values.items():
            value = value.detach().float()
            self.sums[name] = self.sums[name] + value if name in self.sums else value
            self.counts[name] = self.counts.get(name, 0) + 1

    def means(self, reduce: Callable[[Tensor], Tensor]) -> dict[str, float]:
        """Mean by name over everything added and, through `reduce`, over processes: one transfer from the device."""
        if not self.sums:
            return {}
        names = sorted(self.sums)
        stacked = torch.stack([self.sums[name] / self.counts[name] for name in names])
        return dict(zip(names, reduce(stacked).tolist(), strict=True))

    def clear(self) -> None:
        self.sums, self.counts = {}, {}

    def synchronise(self, reduce: Callable[[Tensor], Tensor]) -> None:
        """Let every process hold the mean over processes, as a resumed run will."""
        names = sorted(self.sums)
        if names:
            sums = reduce(torch.stack([self.sums[name] for name in names]))
            self.sums = dict(zip(names, sums.unbind(), strict=True))

    def state_dict(self) -> dict[str, Any]:
        """JSON values; a float32 survives the way through a Python float."""
        return {name: [float(self.sums[name]), self.counts[name]] for name in self.sums}

    def load_state_dict(self, state: Mapping[str, Any], device: torch.device) -> None:
        self.sums = {name: torch.tensor(total, dtype=torch.float32, device=device) for name, (total, _) in state.items()}
        self.counts = {name: int(count) for name, (_, count) in state.items()}
