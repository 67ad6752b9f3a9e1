"""The judge: the user's classifier trained on the real training rows with the standard policy, several seeds averaged.

It says which label a minted row has, gives features for distances, and labels unlabelled rows. It never sees the test split.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from augmint.core.interfaces import Batch, Judge, Policy, keyed_seed
from augmint.vision.classification.model import Preprocessing, build_model
from augmint.vision.classification.plan import TrainingPlan
from augmint.vision.classification.settings import batch_size_of
from augmint.vision.classification.training import fixed_threads, temporary_output, train, training_arguments
from augmint.vision.rows import ImageRows


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
            _save_member(directory, member, self.preprocessing, number)
        _mark(directory, len(self.members), self.name)


def _pool(hidden: Tensor) -> Tensor:
    # (n, C, H, W) of convolutional networks or (n, T, D) of transformers
    return hidden.mean((2, 3)) if hidden.ndim == 4 else hidden.mean(1)


MARKER = "judge.json"
"""Written last: a folder without it is not a judge."""


@dataclass(frozen=True)
class Lesson:
    """What every member of a judge is trained on and how; picklable."""

    rows: ImageRows
    extra: ImageRows | None
    share: float
    policy: Policy
    steps: int
    seed: int
    threads: int
    model: Mapping[str, Any]
    finetune: Mapping[str, Any]
    key: str = "judge"


def fit(directory: Path, lesson: Lesson, members: int, executor: Executor) -> None:
    """Train `members` classifiers side by side and save them in `directory`, whole or not at all."""
    unfinished = directory.with_name(directory.name + ".tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    futures = [executor.submit(fit_member, unfinished, lesson, member) for member in range(members)]
    kinds = [future.result() for future in futures]
    name = f"{members} x {kinds[0]} trained on the training split" + (
        " and pseudo-labelled rows" if lesson.extra is not None else ""
    )
    _mark(unfinished, members, name)
    shutil.rmtree(directory, ignore_errors=True)
    os.replace(unfinished, directory)


def fit_member(directory: Path, lesson: Lesson, member: int) -> str:
    """Train one member, write its weights to `directory`, and return its model type."""
    seed, codec = keyed_seed(lesson.seed, lesson.key, member), lesson.rows.codec
    names = codec.label_names or []
    network, preprocessing = build_model(lesson.model, names, channels=codec.channels, size=codec.size or 0, seed=seed)
    plan = TrainingPlan(
        lesson.rows,
        lesson.extra,
        None,
        lesson.share,
        lesson.policy,
        augment_extra=True,
        classes=len(names),
        batch_size=batch_size_of(lesson.finetune),
        steps=lesson.steps,
        seed=seed,
    )
    pretrained = bool(lesson.model.get("name_or_path"))
    with fixed_threads(lesson.threads), temporary_output() as scratch:
        arguments = training_arguments(lesson.finetune, pretrained=pretrained, steps=lesson.steps, seed=seed, output_dir=scratch)
        train(network, preprocessing, plan, arguments, {})
    _save_member(directory, network, preprocessing, member)
    return str(getattr(network.config, "model_type", "classifier"))


def _save_member(directory: Path, network: nn.Module, preprocessing: Preprocessing, number: int) -> None:
    state = {name: tensor.cpu().contiguous().clone() for name, tensor in network.state_dict().items()}
    save_file(state, directory / f"member-{number}.safetensors")
    if number == 0:
        network.config.save_pretrained(directory)  # type: ignore[union-attr, operator]
        preprocessing.save(directory)


def _mark(directory: Path, members: int, name: str) -> None:
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
        members.append(network)
    return ImageJudge(members, Preprocessing.load(directory), info["name"])


def confident(probabilities: Tensor, least: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows sure enough to be pseudo-labelled, and their labels: positions and classes, both int64 (k,).

    A row needs a top probability of `least`, less for classes that are predicted with confidence more rarely, down to half of it:
    one threshold for all leaves hard classes out of the next round, which then forgets them.

    Source: Zhang et al. 2021, "FlexMatch: boosting semi-supervised learning with curriculum pseudo labeling" (equation 6 with its
    convex mapping, bounded below).

    Example:
        >>> sure = torch.tensor([[0.9, 0.1], [0.9, 0.1], [0.3, 0.7], [0.65, 0.35]])
        >>> [values.tolist() for values in confident(sure, 0.8)]
        [[0, 1, 2], [0, 0, 1]]
    """
    top, label = probabilities.max(1)
    counts = torch.bincount(label[top >= least], minlength=probabilities.shape[1]).float()
    learnt = counts / counts.max().clamp(min=1)
    threshold = least * (learnt / (2 - learnt)).clamp(min=0.5)
    at = np.flatnonzero((top >= threshold[label]).numpy())
    return at, label.numpy()[at]
