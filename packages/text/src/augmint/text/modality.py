"""What `augmint[text]` registers under the entry-point group `augmint.modalities`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from datasets import Dataset

from augmint.core.errors import UserError
from augmint.core.interfaces import Discriminator, Generator, Judge, Modality, Policy, RowCodec, Task


class Text(Modality):
    """Texts and pairs of texts: policies for an `Augmenter`. There are no tasks and no generators yet."""

    name: ClassVar[str] = "text"

    def tasks(self) -> Mapping[str, type[Task]]:
        return {}

    def make_codec(self, dataset: Dataset, columns: Mapping[str, str] | None = None) -> RowCodec:
        from augmint.text.codec import make_codec

        return make_codec(dataset, columns)

    def load_policy(self, values: Mapping[str, Any]) -> Policy:
        from augmint.text.policy import TextPolicy

        return TextPolicy.from_dict(values)

    def load_generator(self, directory: Path) -> Generator:
        _none_yet("generator", directory)

    def load_discriminator(self, directory: Path) -> Discriminator:
        _none_yet("discriminator", directory)

    def load_judge(self, directory: Path) -> Judge:
        _none_yet("judge", directory)


def _none_yet(part: str, directory: Path) -> NoReturn:
    raise UserError(f"This release has no {part} of texts.", where=str(directory), fix="Use a policy alone.")
