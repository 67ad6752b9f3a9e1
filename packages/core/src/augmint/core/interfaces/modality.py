"""A kind of data that a package brings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from datasets import Dataset

from augmint.core.interfaces.codec import RowCodec
from augmint.core.interfaces.judge import Judge
from augmint.core.interfaces.networks import Discriminator, Generator
from augmint.core.interfaces.policy import Policy
from augmint.core.interfaces.task import Task


class Modality(ABC):
    """An installed kind of data, found through the entry-point group `augmint.modalities`."""

    name: ClassVar[str]

    @abstractmethod
    def tasks(self) -> Mapping[str, type[Task]]:
        """Task name -> class."""

    def builtin_datasets(self) -> Mapping[str, Any]:
        """Name -> function without arguments returning a `datasets.DatasetDict`: what `builtin:<name>` loads."""
        return {}

    @abstractmethod
    def make_codec(self, dataset: Dataset, columns: Mapping[str, str] | None = None) -> RowCodec:
        """A codec with the columns guessed from the Features where not given."""

    @abstractmethod
    def load_policy(self, values: Mapping[str, Any]) -> Policy: ...

    @abstractmethod
    def load_generator(self, directory: Path) -> Generator: ...

    @abstractmethod
    def load_discriminator(self, directory: Path) -> Discriminator: ...

    @abstractmethod
    def load_judge(self, directory: Path) -> Judge: ...

    def demo_recipe(self) -> dict[str, Any] | None:
        """The recipe that `augmint demo <name>` runs, or None."""
        return None
