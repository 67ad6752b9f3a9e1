"""The judge: the user's classifier trained on the real training rows, several seeds averaged.

It says which label a minted row has, gives features for distances, and labels unlabelled rows. It never sees the test split.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from augmint.core.interfaces import Batch, Judge
from augmint.vision.classification.model import Preprocessing, channels_last


class ImageJudge(Judge):
    """An ensemble of classifiers.

    Args:
        members: the networks, on one device.
        preprocessing: what they want done to pixels.
        name: what the report calls them.
    """

    def __init__(self, members: Sequence[nn.Module], preprocessing: Preprocessing, name: str) -> None:
        self.members, self.preprocessing, self.name = [member.eval() for member in members], preprocessing, name

    @torch.no_grad()
    def _run(self, batch: Batch, hidden: bool) -> list[tuple[Tensor, Tensor | None]]:
        device = next(self.members[0].parameters()).device
        results = []
        for member in self.members:
            logits, features = [], []
            for pixels in batch["image"].split(256):
                output = member(pixel_values=self.preprocessing(pixels.to(device)), output_hidden_states=hidden)
                logits.append(output.logits.float().cpu())
                if hidden:
                    features.append(_pool(output.hidden_states[-1]).float().cpu())
            results.append((torch.cat(logits), torch.cat(features) if hidden else None))
            if hidden:
                break
        return results

    def to(self, device: torch.device) -> ImageJudge:
        for member in self.members:
            member.to(device)
        return self

    def probabilities(self, batch: Batch) -> Tensor:
        """Softmax averaged over the members, float32 (n, classes)."""
        if not len(batch["image"]):
            return torch.zeros(0, self.members[0].config.num_labels)  # type: ignore[union-attr, arg-type]
        return torch.stack([logits.softmax(1) for logits, _ in self._run(batch, hidden=False)]).mean(0)

    def embed(self, batch: Batch) -> Tensor:
        """The first member's last hidden state averaged over positions, float32 (n, dim)."""
        features = self._run(batch, hidden=True)[0][1]
        assert features is not None
        return features

    def save_pretrained(self, directory: Path) -> None:
        """Write the members, as `fit` does."""
        directory.mkdir(parents=True, exist_ok=True)
        for number, member in enumerate(self.members):
            save_member(directory, member, self.preprocessing, number)
        mark(directory, len(self.members), self.name)


def _pool(hidden: Tensor) -> Tensor:
    # (n, C, H, W) of convolutional networks or (n, T, D) of transformers
    return hidden.mean((2, 3)) if hidden.ndim == 4 else hidden.mean(1)


MARKER = "judge.json"
"""Written last: a folder without it is not a judge."""


def save_member(directory: Path, network: nn.Module, preprocessing: Preprocessing, number: int) -> None:
    state = {name: tensor.cpu().contiguous().clone() for name, tensor in network.state_dict().items()}
    save_file(state, directory / f"member-{number}.safetensors")
    if number == 0:
        network.config.save_pretrained(directory)  # type: ignore[union-attr, operator]
        preprocessing.save(directory)


def mark(directory: Path, members: int, name: str) -> None:
    (directory / MARKER).write_text(json.dumps({"members": members, "name": name}, indent=1))


def load(directory: Path) -> ImageJudge:
    """The judge that `fit` saved."""
    from transformers import AutoConfig, AutoModelForImageClassification

    info = json.loads((directory / MARKER).read_text())
    config = AutoConfig.from_pretrained(directory)
    members = []
    for member in range(info["members"]):
        with torch.random.fork_rng():
            network = AutoModelForImageClassification.from_config(config)
        network.load_state_dict(load_file(directory / f"member-{member}.safetensors"))
        members.append(channels_last(network))
    return ImageJudge(members, Preprocessing.load(directory), info["name"])
