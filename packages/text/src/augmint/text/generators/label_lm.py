"""A language model that writes texts of a class."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, RowRandom
from augmint.core.interfaces.strings import length_key, to_tensors
from augmint.core.minting.torch_state import evaluating
from augmint.text.generators.base import ModelGenerator
from augmint.text.generators.decodes import decoding_of
from augmint.text.models.language_model import LabelLanguageModel
from augmint.text.models.writing import write_labelled

DEFAULT_DECODE = "warm"


class LabelLMGenerator(ModelGenerator):
    """Writes a text for every label: the label is a special token in front of it.

    Args:
        model: trained on `<label_k>`, text, end.

    Batches are "label" int64 (n,) in; and "text" int32 (n, L), "text_length" int64 (n,) beside it out (see
    `augmint.core.interfaces.strings`).

    Source: Keskar et al. 2019, "CTRL: a conditional transformer language model for controllable generation".
    """

    model_type: ClassVar[Any] = LabelLanguageModel
    output_key: ClassVar[str] = "text"

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

    def log_probs(self, *given: Any) -> tuple[Tensor, Tensor, Tensor]:
        """Of texts and their labels; see `LabelLanguageModel.log_probs`."""
        texts, labels = given
        return self.model.log_probs(texts, labels)  # type: ignore[no-any-return]
