"""Small parts that keep the contract, for tests of the conformance checks: every test breaks one thing about them."""

# No `from __future__ import annotations` here: huggingface_hub reads the annotation of `config` to rebuild the dataclass.
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import Batch, Discriminator, Generator, MintSettings, Op, Policy, RowRandom


@dataclass
class ToyConfig:
    width: int = 6
    classes: int = 3


class ToyGenerator(Generator, PyTorchModelHubMixin):
    """A row of `width` numbers out of noise and class."""

    modality = "toy"
    output_key = "values"

    def __init__(self, config: ToyConfig) -> None:
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.classes, 4)
        self.body = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, config.width))

    def sample(self, n: int, condition: Batch | None = None, *, rng: RowRandom, **controls: Any) -> Batch:
        noise = rng.normal(4)
        condition = dict(condition or {"label": rng.integers(self.config.classes)})
        return {**condition, "values": self.body(torch.cat([noise, self.embed(condition["label"])], dim=1))}


class ToyDiscriminator(Discriminator):
    modality = "toy"

    def __init__(self, width: int = 6) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(width, 16), nn.LayerNorm(16), nn.GELU(), nn.Linear(16, 1))

    def forward(self, batch: Batch) -> Tensor:
        logits: Tensor = self.body(batch["values"])[:, 0]
        return logits


class Jitter(Op):
    """Adds noise, stronger with magnitude."""

    name = "jitter"

    def draw(self, rng: RowRandom, magnitude: Tensor, batch: Batch) -> Batch:
        return {"noise": rng.normal(batch["values"].shape[1]) * magnitude[:, None]}

    def apply(self, batch: Batch, parameters: Batch) -> Batch:
        return {**batch, "values": batch["values"] + parameters["noise"]}


@dataclass(frozen=True)
class ToyPolicy(Policy):
    modality = "toy"

    strength: float = 0.5
    mint: MintSettings = field(default_factory=MintSettings)

    def augment(self, batch: Batch, rng: RowRandom) -> Batch:
        op = Jitter()
        return op.apply(batch, op.draw(rng, torch.full((len(rng),), self.strength), batch))

    def mix(self, batch: Batch, rng: RowRandom) -> Batch:
        weight = rng.uniform(1)
        return {**batch, "values": weight * batch["values"] + (1 - weight) * batch["values"].roll(1, 0)}

    def to_dict(self) -> dict[str, Any]:
        return {"modality": self.modality, "version": self.version, "strength": self.strength, "mint": self.mint_dict()}

    @classmethod
    def from_dict(cls, values: Any) -> "ToyPolicy":
        for name in values:
            if name not in ("modality", "version", "strength", "mint"):
                raise UserError(f"{name!r} is not a key.", where="policy", fix=nearest(name, ["strength", "mint"]))
        if values["version"] != cls.version:
            raise UserError(f"Version {values['version']} is not known.", where="policy")
        return cls(values["strength"], MintSettings.from_dict(values["mint"]))

    def stronger(self) -> "ToyPolicy":
        return replace(self, strength=1.0)


def toy_generator() -> ToyGenerator:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return ToyGenerator(ToyConfig())


def toy_discriminator() -> ToyDiscriminator:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return ToyDiscriminator()


def toy_batch(n: int = 4) -> Batch:
    rng = RowRandom(0, "toy batch", rows=range(n))
    return {"values": rng.normal(6), "label": rng.integers(3)}
