"""The judge: the user's classifier trained on the real training clips, several seeds averaged.

It says which label a minted clip has and gives features for distances. It never sees the test split.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from augmint.audio.classification.model import ClipClassifier
from augmint.core.evaluation.classifier_task import MARKER, write_marker
from augmint.core.interfaces import Batch, Judge, select

KIND = "clip-classifier"
_TOGETHER = 64


class ClipJudge(Judge):
    """An ensemble of classifiers.

    Args:
        members: at least one, on one device.
        name: what the report calls them.

    Batches hold "audio" and "audio_length" (see `AudioCodec`).
    """

    def __init__(self, members: Sequence[ClipClassifier], name: str) -> None:
        self.members, self.name = list(members), name

    def to(self, device: torch.device) -> ClipJudge:
        for member in self.members:
            member.network.to(device)
        return self

    def probabilities(self, batch: Batch) -> Tensor:
        """Softmax averaged over the members, float32 (n, classes)."""
        logits = [torch.cat([member.logits(part) for part in _parts(batch)]) for member in self.members]
        return torch.stack([values.softmax(1) for values in logits]).mean(0)

    def embed(self, batch: Batch) -> Tensor:
        """The first member's last hidden state averaged over the clip, float32 (n, dim)."""
        return torch.cat([self.members[0].embed(part) for part in _parts(batch)])

    def save_pretrained(self, directory: Path) -> None:
        """A folder a member, and the marker last."""
        for number, member in enumerate(self.members):
            member.save_pretrained(directory / f"member-{number}")
        mark(directory, len(self.members), self.name)

    @classmethod
    def from_pretrained(cls, directory: Path) -> ClipJudge:
        """What `save_pretrained` wrote."""
        info = json.loads((directory / MARKER).read_text())
        members = [ClipClassifier.from_pretrained(directory / f"member-{number}") for number in range(info["members"])]
        return cls(members, info["name"])


def mark(directory: Path, members: int, name: str) -> None:
    """Say that the members in a folder are a whole judge."""
    write_marker(directory, kind=KIND, members=members, name=name)


def _parts(batch: Batch) -> list[Batch]:
    """At least one part, of 64 clips at most."""
    total = len(batch["audio"])
    return [select(batch, slice(at, at + _TOGETHER)) for at in range(0, max(1, total), _TOGETHER)]
