"""A language model that writes texts of a class."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, ClassVar, Self

from torch import Tensor

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Generator, RowRandom
from augmint.core.minting.torch_state import evaluating
from augmint.text.generators.decodes import decoding_of
from augmint.text.models.language_model import LabelLanguageModel
from augmint.text.models.writing import write_labelled
from augmint.text.strings import length_key, to_tensors

DEFAULT_DECODE = "warm"


class LabelLMGenerator(Generator):
    """Writes a text for every label: the label is a special token in front of it.

    Args:
        model: trained on `<label_k>`, text, end.

    Batches are "label" int64 (n,) in; and "text" int32 (n, L), "text_length" int64 (n,) beside it out (see
    `augmint.text.strings`).

    Source: Keskar et al. 2019, "CTRL: a conditional transformer language model for controllable generation".
    """

    modality: ClassVar[str] = "text"
    output_key: ClassVar[str] = "text"

    def __init__(self, model: LabelLanguageModel) -> None:
        super().__init__()
        self.model = model
        self.network = model.network  # registered, so that weights are found

    def sample(
        self,
        n: int,
        condition: Batch | None = None,
        *,
        rng: RowRandom,
        decode: str = DEFAULT_DECODE,
        temperature: float | None = None,
        top_p: float | None = None,
        truncation: float = 1.0,
        **controls: Any,
    ) -> Batch:
        """Texts of `n` labels.

        Args:
            n: how many.
            condition: "label" int64 (n,); None draws the labels, all classes alike. Lengths of texts in it are not looked at.
            rng: one stream a row.
            decode: "cold", "warm" or "hot" (see `augmint.text.generators.decodes.DECODES`).
            temperature, top_p: instead of that way's own.
            truncation: multiplies the temperature, as it scales the noise of other generators.
            controls: none other is known.

        Raises:
            UserError: labels that are not classes, an unknown control, or a way of writing that draws nothing.
        """
        given = dict(condition) if condition is not None else {}
        if controls:
            raise UserError(
                f"The generator got {sorted(controls)}.",
                where="LabelLMGenerator.sample",
                fix="Give decode, temperature, top_p or truncation as controls.",
            )
        if "label" not in given:
            given["label"] = rng.child("label").integers(self.model.classes)
        labels = given["label"].tolist()
        if labels and not 0 <= min(labels) <= max(labels) < self.model.classes:
            raise UserError(
                f"The labels run from {min(labels)} to {max(labels)}.",
                where="LabelLMGenerator.sample",
                fix=f"Give labels from 0 to {self.model.classes - 1}.",
            )
        with evaluating(self.network):
            texts = write_labelled(self.model, labels, decoding_of(decode, temperature, top_p, None, truncation), rng)
        points, lengths = to_tensors(texts)
        device = given["label"].device
        return {**given, "text": points.to(device), length_key("text"): lengths.to(device)}

    def forward(
        self,
        n: int = 0,
        condition: Batch | None = None,
        *,
        rng: RowRandom | None = None,
        score: tuple[list[str], list[int]] | None = None,
        **controls: Any,
    ) -> Any:
        """As `sample`; or, given texts and their labels as `score`, as `log_probs`: so gradients pass a distributed wrapper."""
        if score is not None:
            return self.log_probs(*score)
        assert rng is not None
        return self.sample(n, condition, rng=rng, **controls)

    def log_probs(self, texts: list[str], labels: list[int]) -> tuple[Tensor, Tensor, Tensor]:
        """What the generator gives each token of texts, with gradients; see `LabelLanguageModel.log_probs`."""
        return self.model.log_probs(texts, labels)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """A copy with weights of its own; the tokenizer, which never changes, is shared."""
        network = copy.deepcopy(self.network, memo)
        made = type(self)(LabelLanguageModel(network, self.model.tokenizer, self.model.max_length, self.model.classes))
        made.train(self.training)
        memo[id(self)] = made
        return made

    def save_pretrained(self, directory: Path | str, **_: Any) -> None:
        """A folder that plain Transformers loads too."""
        self.model.save_pretrained(directory)

    @classmethod
    def from_pretrained(cls, directory: Path | str) -> Self:
        """What `save_pretrained` wrote."""
        return cls(LabelLanguageModel.from_pretrained(directory))
