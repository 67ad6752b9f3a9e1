"""The judge: the user's classifier trained on the real training rows, several seeds averaged.

It says which label a minted text has and gives features for distances. It never sees the test split.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from augmint.core.evaluation.classifier_task import MARKER, write_marker
from augmint.core.interfaces import Batch, Judge
from augmint.core.interfaces.strings import length_key, to_strings
from augmint.text.models.classifier import Classifier, predict

KIND = "text-classifier"


class TextClassifierJudge(Judge):
    """An ensemble of classifiers.

    Args:
        members: at least one, on one device.
        name: what the report calls them.

    Batches hold "text" and "text_length" (see `augmint.core.interfaces.strings`).
    """

    def __init__(self, members: Sequence[Classifier], name: str) -> None:
        self.members, self.name = list(members), name
        for member in self.members:
            member.network.eval()

    def to(self, device: torch.device) -> TextClassifierJudge:
        for member in self.members:
            member.network.to(device)
        return self

    def probabilities(self, batch: Batch) -> Tensor:
        """Softmax averaged over the members, float32 (n, classes)."""
        texts = _texts(batch)
        return torch.stack([predict(member, texts).softmax(1) for member in self.members]).mean(0)

    @torch.no_grad()
    def embed(self, batch: Batch) -> Tensor:
        """The first member's last hidden state averaged over the text's tokens, float32 (n, dim)."""
        texts, first = _texts(batch), self.members[0]
        parts = []
        for at in range(0, len(texts), 128):
            output, mask = first.forward(texts[at : at + 128], output_hidden_states=True)
            parts.append(mean_state(output, mask).cpu())
        return torch.cat(parts) if parts else torch.zeros(0, mean_state(*first.forward([""], output_hidden_states=True)).shape[1])

    def save_pretrained(self, directory: Path) -> None:
        """A folder a member, and the marker last."""
        for number, member in enumerate(self.members):
            member.save_pretrained(directory / f"member-{number}")
        mark(directory, len(self.members), self.name)

    @classmethod
    def from_pretrained(cls, directory: Path) -> TextClassifierJudge:
        """What `save_pretrained` wrote."""
        info = json.loads((directory / MARKER).read_text())
        return cls([Classifier.from_pretrained(directory / f"member-{number}") for number in range(info["members"])], info["name"])


def mark(directory: Path, members: int, name: str) -> None:
    """Say that the members in a folder are a whole judge."""
    write_marker(directory, kind=KIND, members=members, name=name)


def is_classifier_judge(directory: Path) -> bool:
    """Whether a folder holds this kind of judge."""
    marker = directory / MARKER
    return marker.is_file() and json.loads(marker.read_text()).get("kind") == KIND


def mean_state(output: Any, mask: Tensor) -> Tensor:
    """The last layer's mean over tokens, float32 (n, dim)."""
    states = getattr(output, "hidden_states", None) or output.decoder_hidden_states
    last = states[-1].float()
    weight = mask[:, : last.shape[1], None].to(last)
    return (last * weight).sum(1) / weight.sum(1).clamp(min=1)


def _texts(batch: Batch) -> list[str]:
    return to_strings(batch["text"], batch[length_key("text")])
