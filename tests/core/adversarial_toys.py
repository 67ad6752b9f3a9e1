"""Small real networks and data for the tests of adversarial training: points on a ring, and tiny pictures."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import Dataset

from augmint.core.adversarial import R1, R2, AdversarialArguments, AdversarialCallback, AdversarialObjective, AdversarialTrainer
from augmint.core.interfaces import Batch, Discriminator, Generator, RowRandom


class RingGenerator(Generator):
    """Points in the plane out of 4 normals, given one of `classes` labels."""

    modality = "ring"
    output_key = "point"

    def __init__(self, width: int = 16, classes: int = 4, embed: nn.Embedding | None = None, dropout: float = 0.0) -> None:
        super().__init__()
        self.embed = embed or nn.Embedding(classes, 4)
        self.net = nn.Sequential(nn.Linear(8, width), nn.LeakyReLU(0.2), nn.Dropout(dropout), nn.Linear(width, width),
                                 nn.LeakyReLU(0.2), nn.Linear(width, 2))

    def sample(self, n: int, condition: Batch | None = None, *, rng: RowRandom, **controls: Any) -> Batch:
        label = condition["label"] if condition else rng.child("label").integers(self.embed.num_embeddings)
        noise = rng.child("z").normal(4)
        return {"point": self.net(torch.cat([noise, self.embed(label)], 1)), "label": label}


class RingDiscriminator(Discriminator):
    modality = "ring"

    def __init__(self, width: int = 16, classes: int = 4, embed: nn.Embedding | None = None) -> None:
        super().__init__()
        self.embed = embed or nn.Embedding(classes, 4)
        self.net = nn.Sequential(nn.Linear(6, width), nn.LeakyReLU(0.2), nn.Linear(width, width), nn.LeakyReLU(0.2),
                                 nn.Linear(width, 1))

    def forward(self, batch: Batch) -> Tensor:
        return self.net(torch.cat([batch["point"], self.embed(batch["label"])], 1)).squeeze(1)


class RingData(Dataset[Batch]):
    """Rows of 4 classes: noisy points at the 4 quarters of a circle of radius 2."""

    def __init__(self, rows: int = 256, whole: bool = True) -> None:
        rng = RowRandom(7, "ring", rows=range(rows))
        self.label = rng.integers(4)
        angle = self.label * (math.pi / 2)
        self.point = 2 * torch.stack([angle.cos(), angle.sin()], 1) + 0.1 * rng.normal(2)
        if whole:
            self.__getitems__ = lambda index: {"point": self.point[index], "label": self.label[index]}

    def __len__(self) -> int:
        return len(self.label)

    def __getitem__(self, row: int) -> Batch:
        return {"point": self.point[row], "label": self.label[row]}


class At(AdversarialCallback):
    """Does something after a step; by default it raises, as if the machine went down."""

    def __init__(self, step: int, action: Callable[[AdversarialTrainer], Any] | None = None) -> None:
        self.step, self.action = step, action

    def on_step_end(self, trainer: AdversarialTrainer, step: int) -> None:
        if step == self.step:
            if self.action is None:
                raise KeyboardInterrupt
            self.action(trainer)


def init(module: nn.Module, seed: int = 0) -> Any:
    """Weights from `seed`, the global generator untouched."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for part in module.modules():
            if hasattr(part, "reset_parameters"):
                part.reset_parameters()
    return module


def ring_trainer(output_dir: Any, *, objective: Any = None, data: Any = None, generator: Any = None, discriminator: Any = None,
                 callbacks: Any = (), evaluator: Any = None, sampler: Any = None, **args: Any) -> AdversarialTrainer:
    """A trainer of small steps on the ring; `args` are AdversarialArguments."""
    defaults: dict[str, Any] = {
        "output_dir": str(output_dir), "max_steps": 12, "per_device_train_batch_size": 16, "learning_rate": 2e-3,
        "logging_steps": 4, "save_steps": 5, "disable_tqdm": True, "threads": 1, "ema_half_life": 200, "use_cpu": True,
    }
    return AdversarialTrainer(
        generator or init(RingGenerator(), 1), discriminator or init(RingDiscriminator(), 2),
        objective or AdversarialObjective("relativistic", (R1(0.1), R2(0.1)), output_key="point"),
        AdversarialArguments(**{**defaults, **args}), RingData() if data is None else data, callbacks=callbacks,
        evaluator=evaluator, sampler=sampler)


def weights(*modules: nn.Module) -> list[Tensor]:
    """A copy of everything in the modules' state."""
    return [value.detach().clone() for module in modules for value in module.state_dict().values()]


def same(a: list[Tensor], b: list[Tensor]) -> bool:
    """Bit for bit."""
    return len(a) == len(b) and all(torch.equal(x, y) for x, y in zip(a, b, strict=True))
