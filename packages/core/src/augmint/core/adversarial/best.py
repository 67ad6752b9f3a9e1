"""The averaged generator as it was when the evaluator liked it best: adversarial training need not end at its best."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from augmint.core.adversarial.tensors import module_tensors, write_tensors
from augmint.core.errors import UserError

FILE = "best.safetensors"


class BestWeights:
    """Remembers the best weights, on the CPU.

    Args:
        metric: which of the evaluator's figures decides; None remembers nothing.
        greater_is_better: its direction.
    """

    def __init__(self, metric: str | None, greater_is_better: bool) -> None:
        self.metric, self.greater_is_better = metric, greater_is_better
        self.step: int | None = None
        self.value: float | None = None
        self.tensors: dict[str, Tensor] = {}

    def consider(self, step: int, figures: Mapping[str, float], module: nn.Module) -> None:
        """Keep the weights of `module` if its figures are better than any before.

        Raises:
            UserError: the evaluator does not give the metric.
        """
        if self.metric is None:
            return
        if self.metric not in figures:
            raise UserError(f"The evaluator gives no {self.metric!r}.", where="adversarial.metric_for_best_model",
                            fix=f"It gives: {', '.join(sorted(figures)) or 'nothing'}.")
        value = float(figures[self.metric])
        better = self.value is None or (value > self.value if self.greater_is_better else value < self.value)
        if math.isfinite(value) and better:
            self.step, self.value = step, value
            self.tensors = {name: tensor.detach().cpu().clone() for name, tensor in module_tensors(module).items()}

    @torch.no_grad()
    def load_into(self, module: nn.Module) -> None:
        """Give `module` the best weights, if there are any yet."""
        for name, tensor in module_tensors(module).items() if self.tensors else ():
            tensor.copy_(self.tensors[name])

    def write(self, directory: Path) -> None:
        """The weights, beside the rest of a checkpoint."""
        if self.tensors:
            write_tensors(directory / FILE, self.tensors)

    def state_dict(self) -> dict[str, Any]:
        return {"step": self.step, "value": self.value}

    def restore(self, state: Mapping[str, Any], directory: Path) -> None:
        """What `state_dict` and `write` gave."""
        self.step, self.value = state["step"], state["value"]
        self.tensors = load_file(directory / FILE) if self.step is not None else {}
