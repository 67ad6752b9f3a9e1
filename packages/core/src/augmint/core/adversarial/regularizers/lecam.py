"""LeCam: keeps the discriminator's scores of real and generated rows near each other, for very small data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from augmint.core.adversarial.regularizers.base import Critique, Regularizer, register_regularizer
from augmint.core.adversarial.schedules import Scheduled
from augmint.core.errors import UserError


@register_regularizer
class LeCam(Regularizer):
    """E (D(x) - a_F)^2 + E (D(G(z)) - a_R)^2, a_R and a_F moving averages of the scores of real and generated rows.

    The averages start at the first step's scores, so the penalty begins at the second.

    Args:
        weight: 0.3 in the paper's small-data runs with BigGAN.
        every: as in `Regularizer`.
        decay: of the moving averages, [0, 1).

    Source: Tseng et al. 2021, "Regularizing generative adversarial networks under limited data".
    """

    name = "lecam"
    needs_step_logs = True

    def __init__(self, weight: Scheduled, every: int = 1, decay: float = 0.99) -> None:
        super().__init__(weight, every)
        if not isinstance(decay, (int, float)) or not 0 <= decay < 1:
            raise UserError(f"decay is {decay!r}.", where="regularizer lecam", fix="Give a number in [0, 1).")
        self.decay = decay
        self.anchors: tuple[float, float] | None = None  # (real, fake)

    def penalty(self, critique: Critique) -> Tensor:
        if self.anchors is None:
            return critique.real.new_zeros(())
        real, fake = self.anchors
        return (critique.real - fake).square().mean() + (critique.fake - real).square().mean()

    def step_end(self, logs: Mapping[str, float]) -> None:
        scores = (logs["real_score"], logs["fake_score"])
        if self.anchors is None:
            self.anchors = scores
        else:
            old = self.anchors
            self.anchors = (old[0] + (1 - self.decay) * (scores[0] - old[0]), old[1] + (1 - self.decay) * (scores[1] - old[1]))

    def state_dict(self) -> dict[str, Any]:
        return {"anchors": None if self.anchors is None else list(self.anchors)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        anchors = state["anchors"]
        self.anchors = None if anchors is None else (float(anchors[0]), float(anchors[1]))
