"""A real, tiny task on numbers, so that core is tested without any modality: four features and a class a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from datasets import ClassLabel, Dataset, Features, Value
from datasets import Sequence as ListOf
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from augmint.core.errors import UserError
from augmint.core.interfaces import (
    Batch,
    Discriminator,
    Generator,
    Judge,
    Metric,
    MintSettings,
    Modality,
    Policy,
    RowCodec,
    RowProblem,
    RowRandom,
    Task,
    keyed_generator,
)

WIDTH = 4


class NumbersCodec(RowCodec):
    """Batches `{"numbers": float32 (n, 4), "label": int64 (n,)}`. Stored to four decimals, as a real format would round."""

    def __init__(self, columns: Mapping[str, str], label_names: Sequence[str] | None) -> None:
        self.columns, self.label_names = dict(columns), label_names

    def check(self, dataset: Dataset) -> list[RowProblem]:
        problems = []
        labels = self.labels(dataset) or [0] * len(dataset)
        for row, (numbers, label) in enumerate(zip(dataset[self.columns["numbers"]], labels)):
            if numbers is None or len(numbers) != WIDTH:
                problems.append(RowProblem(row, "numbers are missing"))
            elif label is None or not 0 <= label < len(self.label_names or [0]):
                problems.append(RowProblem(row, f"label {label} is out of range"))
        return problems

    def encode(self, dataset: Dataset) -> Batch:
        batch = {"numbers": torch.tensor(list(dataset[self.columns["numbers"]]), dtype=torch.float32).reshape(-1, WIDTH)}
        labels = self.labels(dataset)
        return batch if labels is None else {**batch, "label": torch.tensor(labels, dtype=torch.int64)}

    def decode(self, batch: Batch, features: Features) -> dict[str, list[Any]]:
        rounded = (batch["numbers"].double() * 1e4).round() / 1e4
        return {self.columns["numbers"]: rounded.tolist(), self.columns["label"]: batch["label"].tolist()}

    def labels(self, dataset: Dataset) -> list[int] | None:
        column = self.columns.get("label")
        return list(dataset[column]) if column in dataset.column_names else None

    def preview(self, batch: Batch, row: int) -> str:
        return str(batch["numbers"][row].tolist())


class NumbersTask(Task):
    """Only what loading needs; the abstract rest is never called here."""

    name, modality, metric = "numbers", "numbers", Metric("accuracy")
    default_columns = {"numbers": "numbers", "label": "label"}

    @classmethod
    def make_codec(cls, dataset: Dataset, columns: Mapping[str, str]) -> RowCodec:
        named = {**cls.default_columns, **columns}
        for role, column in named.items():
            if column not in dataset.column_names:
                raise UserError(f"There is no column {column!r}.", where=f"data.columns.{role}",
                                fix=", ".join(dataset.column_names))
        label = dataset.features[named["label"]]
        if not isinstance(label, ClassLabel):
            raise UserError(f"{named['label']!r} holds no classes.", where="data.columns.label")
        return NumbersCodec(named, label.names)


class NumbersGenerator(Generator):
    """Class centre plus a linear map of noise."""

    modality, output_key = "numbers", "numbers"

    def __init__(self, classes: int = 3, spread: float = 0.5) -> None:
        super().__init__()
        self.classes = classes
        self.centres = nn.Parameter(centres(classes))
        self.map = nn.Linear(WIDTH, WIDTH, bias=False)
        with torch.no_grad():
            self.map.weight.copy_(torch.eye(WIDTH) * spread)

    def sample(self, n: int, condition: Batch | None = None, *, rng: RowRandom, truncation: float = 1.0) -> Batch:
        label = condition["label"] if condition else rng.integers(self.classes)
        return {"numbers": self.centres[label] + self.map(rng.normal(WIDTH) * truncation), "label": label}

    def save_pretrained(self, directory: Path) -> None:
        Path(directory).mkdir(parents=True, exist_ok=True)
        save_file(self.state_dict(), str(Path(directory) / "model.safetensors"))


class NumbersDiscriminator(Discriminator):
    """Rows near their class centre look real."""

    modality = "numbers"

    def __init__(self, classes: int = 3) -> None:
        super().__init__()
        self.centres = nn.Parameter(centres(classes))

    def forward(self, batch: Batch) -> Tensor:
        return -(batch["numbers"] - self.centres[batch["label"]]).square().sum(1)

    def save_pretrained(self, directory: Path) -> None:
        Path(directory).mkdir(parents=True, exist_ok=True)
        save_file(self.state_dict(), str(Path(directory) / "model.safetensors"))


class NumbersJudge(Judge):
    """The Bayes classifier of unit-covariance classes; features are the numbers themselves."""

    name = "class centres"

    def __init__(self, classes: int = 3) -> None:
        self.centres = centres(classes)

    def probabilities(self, batch: Batch) -> Tensor:
        return (-torch.cdist(batch["numbers"], self.centres).square()).softmax(1)

    def embed(self, batch: Batch) -> Tensor:
        return batch["numbers"].float()

    def save_pretrained(self, directory: Path) -> None:
        Path(directory).mkdir(parents=True, exist_ok=True)
        save_file({"centres": self.centres}, str(Path(directory) / "model.safetensors"))


@dataclass(frozen=True)
class NumbersPolicy(Policy):
    """Adds noise of a given size; mixing averages every row with its neighbour in the batch."""

    modality = "numbers"
    noise: float = 0.1
    mint: MintSettings = field(default_factory=MintSettings)

    def augment(self, batch: Batch, rng: RowRandom) -> Batch:
        return {**batch, "numbers": batch["numbers"] + self.noise * rng.normal(WIDTH)}

    def to_dict(self) -> dict[str, Any]:
        return {"modality": "numbers", "version": 1, "noise": self.noise, "mint": self.mint_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> NumbersPolicy:
        return cls(values["noise"], MintSettings.from_dict(values["mint"]))


class Numbers(Modality):
    """Registered by tests through `augmint.core.interfaces.registry.modalities`."""

    name = "numbers"

    def tasks(self) -> Mapping[str, type[Task]]:
        return {"numbers": NumbersTask}

    def builtin_datasets(self) -> Mapping[str, Any]:
        from datasets import DatasetDict

        return {"numbers": lambda: DatasetDict(train=numbers_rows(20), test=numbers_rows(10, seed=1))}

    def make_codec(self, dataset: Dataset, columns: Mapping[str, str] | None = None) -> RowCodec:
        return NumbersTask.make_codec(dataset, columns or {})

    def load_policy(self, values: Mapping[str, Any]) -> Policy:
        return NumbersPolicy.from_dict(values)

    def load_generator(self, directory: Path) -> Generator:
        return _filled(NumbersGenerator(), directory)

    def load_discriminator(self, directory: Path) -> Discriminator:
        return _filled(NumbersDiscriminator(), directory)

    def load_judge(self, directory: Path) -> Judge:
        judge = NumbersJudge()
        judge.centres = load_file(str(Path(directory) / "model.safetensors"))["centres"]
        return judge


def _filled(module: Any, directory: Path) -> Any:
    module.load_state_dict(load_file(str(Path(directory) / "model.safetensors")))
    return module


def centres(classes: int) -> Tensor:
    """Class centres on the axes, 3 away from the origin, float32 (classes, 4)."""
    return 3 * torch.eye(WIDTH)[torch.arange(classes) % WIDTH]


def numbers_rows(per_class: int | Sequence[int] = 20, classes: int = 3, seed: int = 0,
                 names: Sequence[str] | None = None) -> Dataset:
    """Rows in class order, with one more column ("note") that no codec knows."""
    counts = [per_class] * classes if isinstance(per_class, int) else list(per_class)
    rng = keyed_generator(seed, "numbers")
    labels = [label for label, count in enumerate(counts) for _ in range(count)]
    values = centres(classes)[torch.tensor(labels, dtype=torch.int64)].numpy() + 0.5 * rng.standard_normal((len(labels), WIDTH))
    features = Features({"note": Value("string"), "numbers": ListOf(Value("float32")),
                         "label": ClassLabel(names=list(names or [f"c{i}" for i in range(classes)]))})
    return Dataset.from_dict({"note": [f"row {i}" for i in range(len(labels))], "numbers": values.round(4).tolist(),
                              "label": labels}, features=features)
