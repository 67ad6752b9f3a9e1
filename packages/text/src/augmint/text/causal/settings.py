"""The recipe's `generator` section where the generator is a causal language model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from augmint.text.training.settings import AdversarialSettings


@dataclass(frozen=True)
class GeneratorSettings(AdversarialSettings):
    """As `AdversarialSettings`. Without a `source`, labelled texts are written by a small GPT-2 from nothing, others by one like
    the user's."""

    name: ClassVar[str] = "label_lm"
