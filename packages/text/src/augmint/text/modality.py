"""What `augmint[text]` registers under the entry-point group `augmint.modalities`."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from datasets import Dataset

from augmint.core.interfaces import Discriminator, Generator, Judge, Modality, Policy, RowCodec, Task


class Text(Modality):
    """Texts and pairs of texts. Heavy parts are imported when they are used, so that listing tasks stays quick."""

    name: ClassVar[str] = "text"

    def tasks(self) -> Mapping[str, type[Task]]:
        from augmint.text.classification.task import TextClassification
        from augmint.text.generation.task import TextGeneration
        from augmint.text.translation.task import Translation

        return {task.name: task for task in (Translation, TextClassification, TextGeneration)}

    def builtin_datasets(self) -> Mapping[str, Any]:
        from augmint.text.builtin import BUILTIN

        return BUILTIN

    def make_codec(self, dataset: Dataset, columns: Mapping[str, str] | None = None) -> RowCodec:
        from augmint.text.codec import make_codec

        return make_codec(dataset, columns)

    def load_policy(self, values: Mapping[str, Any]) -> Policy:
        from augmint.text.policy import TextPolicy

        return TextPolicy.from_dict(values)

    def load_generator(self, directory: Path) -> Generator:
        from augmint.text.generators import ContinuationGenerator, LabelLMGenerator, Seq2SeqGenerator
        from augmint.text.models.language_model import INFO

        if (directory / INFO).is_file():
            plain = json.loads((directory / INFO).read_text())["classes"] == 0
            return (ContinuationGenerator if plain else LabelLMGenerator).from_pretrained(directory)
        return Seq2SeqGenerator.from_pretrained(directory)

    def load_discriminator(self, directory: Path) -> Discriminator:
        from augmint.text.discriminators import PairDiscriminator, TextDiscriminator
        from augmint.text.discriminators.text import INFO

        if (directory / INFO).is_file():
            return TextDiscriminator.from_pretrained(directory)
        return PairDiscriminator.from_pretrained(directory)

    def load_judge(self, directory: Path) -> Judge:
        from augmint.text.classification.judge import TextClassifierJudge, is_classifier_judge
        from augmint.text.judge import TextJudge

        if is_classifier_judge(directory):
            return TextClassifierJudge.from_pretrained(directory)
        return TextJudge.from_pretrained(directory)

    def demo_recipe(self) -> dict[str, Any]:
        from augmint.text.demo import RECIPE

        return copy.deepcopy(RECIPE)  # a caller may change it
