"""What `augmint[vision]` registers under the entry-point group `augmint.modalities`."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from datasets import Dataset

from augmint.core.interfaces import Discriminator, Generator, Judge, Modality, Policy, RowCodec, Task


class Vision(Modality):
    """Images. Heavy parts are imported when they are used, so that listing tasks stays quick."""

    name: ClassVar[str] = "vision"

    def tasks(self) -> Mapping[str, type[Task]]:
        from augmint.vision.classification.task import ImageClassification

        return {ImageClassification.name: ImageClassification}

    def builtin_datasets(self) -> Mapping[str, Any]:
        from augmint.vision.builtin import digits

        return {"digits": digits}

    def make_codec(self, dataset: Dataset, columns: Mapping[str, str] | None = None) -> RowCodec:
        from augmint.vision.classification.task import ImageClassification

        return ImageClassification.make_codec(dataset, columns or {})

    def load_policy(self, values: Mapping[str, Any]) -> Policy:
        from augmint.vision.policy import ImagePolicy

        return ImagePolicy.from_dict(values)

    def load_generator(self, directory: Path) -> Generator:
        from augmint.vision.generators import ImageGenerator

        return ImageGenerator.from_pretrained(directory)

    def load_discriminator(self, directory: Path) -> Discriminator:
        from augmint.vision.discriminators import ImageDiscriminator

        return ImageDiscriminator.from_pretrained(directory)

    def load_judge(self, directory: Path) -> Judge:
        from augmint.vision.classification.judge import load

        return load(directory)

    def demo_recipe(self) -> dict[str, Any]:
        from augmint.vision.demo import RECIPE

        return copy.deepcopy(RECIPE)  # a caller may change it
