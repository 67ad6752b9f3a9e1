"""What core asks of the model that checks generated rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self

import torch
from torch import Tensor

from augmint.core.interfaces.batch import Batch


class Judge(ABC):
    """A model trained on the real training rows: says which label a row has and where it lies in feature space."""

    name: str
    """What made the features, for the report: "resnet trained on the training split", say."""

    @abstractmethod
    def probabilities(self, batch: Batch) -> Tensor:
        """Class probabilities, float32 (n, classes), on the CPU."""

    @abstractmethod
    def embed(self, batch: Batch) -> Tensor:
        """Features, float32 (n, dim), on the CPU."""

    def to(self, device: torch.device) -> Self:
        """Its networks on another device; what it is given and gives stays on the CPU. The default has none."""
        return self

    def agreement(self, batch: Batch) -> Tensor | None:
        """How surely every row is what it says, float32 (n,) in [0, 1], on the CPU, or None where the judge cannot tell.

        The default is the probability of the row's "label". A recogniser compares what it hears with the transcript.
        """
        if "label" not in batch:
            return None
        return self.probabilities(batch).float().cpu().gather(1, batch["label"].cpu()[:, None])[:, 0]
