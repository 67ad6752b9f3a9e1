"""What generators around a model of texts share."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Self

from torch import Tensor

from augmint.core.interfaces import Batch, Generator, RowRandom
from augmint.text.generators.decodes import DEFAULT_DECODE, decoding_of


class ModelGenerator(Generator):
    """A generator around one model.

    Subclasses name the model's class in `model_type`, and say how rows are drawn (`sample`) and scored (`log_probs`).

    Args:
        model: has `network`, `tokenizer`, `save_pretrained` and `from_pretrained`.
    """

    modality: ClassVar[str] = "text"
    model_type: ClassVar[Any]

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model
        self.network = model.network  # registered, so that weights are found

    def draws(self, *, decode: str = DEFAULT_DECODE, temperature: float | None = None, **controls: Any) -> bool:
        """Whether tokens are drawn rather than searched for (see `augmint.text.generators.decodes.DECODES`)."""
        return decoding_of(decode, temperature).draws

    def log_probs(self, *given: Any) -> tuple[Tensor, Tensor, Tensor]:
        """What the generator gives each token of texts, with gradients.

        Returns:
            log-probabilities float32 (n, L), 0 in the padding; which are tokens, bool (n, L); and the logits float32 (n, L, V).
        """
        raise NotImplementedError

    def forward(
        self,
        n: int = 0,
        condition: Batch | None = None,
        *,
        rng: RowRandom | None = None,
        score: tuple[Any, ...] | None = None,
        **controls: Any,
    ) -> Any:
        """As `sample`; or, given the arguments of `log_probs` as `score`, as that: so gradients pass a distributed wrapper."""
        if score is not None:
            return self.log_probs(*score)
        assert rng is not None
        return self.sample(n, condition, rng=rng, **controls)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """A copy with weights of its own; the tokenizer, which never changes, is shared."""
        made = type(self)(replace(self.model, network=copy.deepcopy(self.network, memo)))
        made.train(self.training)
        memo[id(self)] = made
        return made

    def save_pretrained(self, directory: Path | str, **_: Any) -> None:
        """A folder that plain Transformers loads too."""
        self.model.save_pretrained(directory)

    @classmethod
    def from_pretrained(cls, directory: Path | str) -> Self:
        """What `save_pretrained` wrote."""
        return cls(cls.model_type.from_pretrained(directory))
