"""A language model that keeps the beginning of a text and writes another ending."""

from __future__ import annotations

from typing import Any, ClassVar

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, RowRandom
from augmint.core.interfaces.strings import length_key, to_strings, to_tensors
from augmint.core.minting.torch_state import evaluating
from augmint.text.generators.decodes import decoding_of
from augmint.text.generators.label_lm import DEFAULT_DECODE, LabelLMGenerator
from augmint.text.models.writing import continue_texts

DEFAULT_PROMPT = 0.3
"""Part of a text that is kept."""


class ContinuationGenerator(LabelLMGenerator):
    """Writes on from the beginnings of real texts: what is new stays in the domain of what is there.

    Args:
        model: trained on whole texts without labels.

    Batches hold "text" int32 (n, L) and "text_length" int64 (n,), in and out (see `augmint.core.interfaces.strings`).

    Source: Kumar et al. 2020, "Data augmentation using pre-trained transformer models" (prompts of a few words of the original).
    """

    conditioned_on: ClassVar[tuple[str, ...]] = ("text",)

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
        prompt: float = DEFAULT_PROMPT,
        **controls: Any,
    ) -> Batch:
        """Texts that begin as `n` real ones do.

        Args:
            n: how many.
            condition: "text" int32 (n, L) and "text_length" int64 (n,).
            rng: one stream a row.
            decode: "cold", "warm" or "hot" (see `augmint.text.generators.decodes.DECODES`).
            temperature, top_p: instead of that way's own.
            truncation: multiplies the temperature.
            prompt: part of a text's tokens that is kept, [0, 1).
            controls: none other is known.

        Raises:
            UserError: without texts, on an unknown control, or a part that is none.
        """
        if condition is None or "text" not in condition or controls:
            raise UserError(
                f"The generator got {sorted(controls) or 'no texts'}.",
                where="ContinuationGenerator.sample",
                fix="Give a condition with texts, and decode, temperature, top_p, truncation or prompt as controls.",
            )
        if not 0 <= prompt < 1:
            raise UserError(f"prompt is {prompt!r}.", where="policy mint controls", fix="Give a number in [0, 1).")
        texts = to_strings(condition["text"], condition[length_key("text")])
        with evaluating(self.network):
            decoding = decoding_of(decode, temperature, top_p, None, truncation)
            written = continue_texts(self.model, texts, [0] * len(texts), prompt, decoding, rng)
        points, lengths = to_tensors(written)
        device = condition["text"].device
        return {**condition, "text": points.to(device), length_key("text"): lengths.to(device)}
