"""The recipe's `generator` section for translation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from augmint.text.models.source import ModelSource
from augmint.text.seq2seq import Seq2SeqSource
from augmint.text.training.settings import ADVERSARIAL_RANGES, AdversarialSettings, Range


@dataclass(frozen=True)
class GeneratorSettings(AdversarialSettings):
    """As `AdversarialSettings`. Without a `source`, the model that reads targets and writes sources has the scratch config of the
    user's own, or is a small M2M-100 from nothing where that is pretrained (its direction is the wrong one).

    Attributes:
        discriminator_learning_rate: of the network; its fresh head's is ten times that.
        members: parts of the training pairs that a discriminator each is trained on, 1 to 4; 2 or more cross-fit.
        chrf_weight: of the likeness to the real source within the reward, [0, 10].
        share_embeddings: let the discriminator's members use the generator's own embeddings; then set
            `adversarial.shared_parameters` to "generator" or "discriminator" to say whose optimiser trains them.
        dictionary: a text file (see `read_dictionary`) whose words the generator glosses with too, beside those of the pairs.
    """

    name: ClassVar[str] = "seq2seq"
    source_type: ClassVar[type[ModelSource]] = Seq2SeqSource
    ranges: ClassVar[Mapping[str, Range]] = {**ADVERSARIAL_RANGES, "members": (1, 4, True), "chrf_weight": (0, 10, False)}

    discriminator_learning_rate: float = 3e-4
    temperature: float = 0.7
    members: int = 2
    chrf_weight: float = 1.0
    share_embeddings: bool = False
    dictionary: str | None = None
