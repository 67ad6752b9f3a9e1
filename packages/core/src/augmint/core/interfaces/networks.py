"""Generator and discriminator: what a network must offer to be trained, minted from and saved."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from torch import Tensor, nn

from augmint.core.interfaces.batch import Batch
from augmint.core.interfaces.rng import RowRandom


class Generator(nn.Module, ABC):
    """Makes rows out of noise, optionally given a condition.

    Implementations have `save_pretrained(folder)` and `from_pretrained(folder)`, which write and read safetensors: by
    `huggingface_hub.PyTorchModelHubMixin` and one dataclass, `config`, or by those of a Transformers model.
    """

    modality: ClassVar[str]
    """The entry point's name of the modality this belongs to, such as "vision"."""
    output_key: ClassVar[str]
    """The entry of the sampled batch that is generated (and differentiable, where it is not discrete), such as "image"."""
    conditioned_on: ClassVar[tuple[str, ...]] = ()
    """Roles of the row that a sample is made for, such as ("target",): real rows, or unlabelled ones, then give the conditions.
    The generated role itself may be among them: then a sample is made out of a real one. Empty where noise and a class suffice."""
    gentlest: ClassVar[Mapping[str, Any] | None] = None
    """Of a generator that makes versions of real rows, the controls under which they come out changed as little as it can. Such
    rows are near the rows they are made of by design, as augmented ones are. None where what is made is new."""

    @abstractmethod
    def sample(self, n: int, condition: Batch | None = None, *, rng: RowRandom, **controls: Any) -> Batch:
        """Draw `n` rows.

        Args:
            n: how many; equals `len(rng)`.
            condition: what to condition on, n rows (for classes `{"label": int64 (n,)}`); None lets the generator draw it.
            rng: the only source of randomness. The same rng and condition give the same rows.
            controls: named trade-offs of the implementation, such as `truncation`.

        Returns:
            a batch with `output_key` and everything else of the condition, differentiable unless under `torch.no_grad()`.
        """

    def draws(self, **controls: Any) -> bool:
        """Whether samples of one condition differ under these controls of `sample`. Where they don't (a beam search, say), one a
        condition is made. The default says that they do."""
        return True

    def forward(self, n: int, condition: Batch | None = None, *, rng: RowRandom, **controls: Any) -> Batch:
        """As `sample`; called through the wrapped module so that distributed training sees the gradients."""
        return self.sample(n, condition, rng=rng, **controls)


class Discriminator(nn.Module, ABC):
    """Scores how real rows look; higher is more real."""

    modality: ClassVar[str]

    @abstractmethod
    def forward(self, batch: Batch) -> Tensor:
        """Logits, shape (n,) or (n, ...) where further dimensions are patches or heads. Row i depends on row i alone."""
