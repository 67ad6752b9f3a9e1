"""How a task's generated clips come about: networks, what they train on and with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from datasets import Dataset
from torch.utils.data import Dataset as TorchDataset

from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import Batch, Discriminator, Generator, Objective

if TYPE_CHECKING:
    from augmint.audio.task import AudioTask


class Making(ABC):
    """A family of generators. A task names the families it can use (`AudioTask.makings`); a recipe's `generator.name` chooses.

    Args:
        name: one of `names()`.
        values: the recipe's other `generator` values.
        task: whose clips it makes.
    """

    default: ClassVar[str]
    """The name where the recipe gives none."""
    gentlest: ClassVar[Mapping[str, Any] | None] = None
    """As the generator's: None unless a made clip is a version of a real one."""

    notice: str | None = None
    """What the reader of the report should know of the rows that `rows` gave."""

    def __init__(self, name: str, values: Mapping[str, Any], task: AudioTask) -> None:
        self.name, self.values, self.task = name, dict(values), task

    @classmethod
    @abstractmethod
    def names(cls) -> Sequence[str]:
        """Of the generators."""

    @abstractmethod
    def networks(self) -> tuple[Generator, Discriminator, Objective]:
        """Fresh ones from the task's seed. Raises UserError on an unknown value or one out of range."""

    @abstractmethod
    def rows(self, pseudo_labelled: Dataset | None) -> TorchDataset[Batch]:
        """As `Task.adversarial_rows`."""

    @abstractmethod
    def defaults(self) -> dict[str, Any]:
        """As `Task.adversarial_defaults`."""

    @staticmethod
    @abstractmethod
    def load(generator_dir: Path, discriminator_dir: Path) -> tuple[Generator, Discriminator]:
        """As `Task.load_networks`."""


def making_of(families: Sequence[type[Making]], task: AudioTask) -> Making:
    """What the recipe names, or the first family's default. Raises UserError naming the nearest where there is none."""
    values = dict(task.settings.generator)
    name = str(values.pop("name", families[0].default))
    for family in families:
        if name in family.names():
            return family(name, values, task)
    known = [name for family in families for name in family.names()]
    raise UserError(f"{task.name} has no generator {name!r}.", where="generator.name", fix=nearest(name, known))
