"""A translation model that reads the target and writes a source: the target stays as people wrote it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from torch import Tensor

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, RowRandom
from augmint.core.interfaces.strings import length_key, to_strings, to_tensors
from augmint.core.minting.torch_state import evaluating
from augmint.text.generators.base import ModelGenerator
from augmint.text.generators.decodes import DEFAULT_DECODE, GLOSS, decoding_of
from augmint.text.generators.noise import noised
from augmint.text.gloss import Glosser
from augmint.text.seq2seq import Decoding, Seq2SeqModel, write_texts


class Seq2SeqGenerator(ModelGenerator):
    """Writes a source for every target.

    Human text stays on the side that the user's model is trained to write; errors reach only what it reads.

    Args:
        model: reads targets, writes sources.
        glosser: writes sources word by word, without the model, where that is asked for (`decode="gloss"`).

    Batches are those of `core.interfaces.strings`: "target" and "target_length" in; these and "source", "source_length" out.

    Source: Sennrich et al. 2016, "Improving neural machine translation models with monolingual data" (back-translation).
    """

    model_type: ClassVar[Any] = Seq2SeqModel
    output_key: ClassVar[str] = "source"
    conditioned_on: ClassVar[tuple[str, ...]] = ("target",)

    def __init__(self, model: Seq2SeqModel, glosser: Glosser | None = None) -> None:
        super().__init__(model)
        self.glosser = glosser

    def draws(self, *, decode: str = DEFAULT_DECODE, temperature: float | None = None, **controls: Any) -> bool:
        return bool(temperature) if decode == GLOSS else super().draws(decode=decode, temperature=temperature, **controls)

    def sample(
        self,
        n: int,
        condition: Batch | None = None,
        *,
        rng: RowRandom,
        decode: str = DEFAULT_DECODE,
        temperature: float | None = None,
        top_p: float | None = None,
        num_beams: int | None = None,
        truncation: float = 1.0,
        **controls: Any,
    ) -> Batch:
        """Sources for `n` targets.

        Args:
            n: how many.
            condition: "target" int32 (n, L) and "target_length" int64 (n,).
            rng: one stream a row.
            decode: a name of `augmint.text.generators.decodes.DECODES`, or "gloss".
            temperature, top_p, num_beams: instead of that way's own.
            truncation: multiplies the temperature, as it scales the noise of other generators.
            controls: none other is known.

        Raises:
            UserError: without targets, on an unknown control, or on "gloss" without a glosser.
        """
        if condition is None or "target" not in condition or controls:
            raise UserError(
                f"The generator got {sorted(controls) or 'no targets'}.",
                where="Seq2SeqGenerator.sample",
                fix="Give a condition with targets, and decode, temperature, top_p or num_beams as controls.",
            )
        targets = to_strings(condition["target"], condition[length_key("target")])
        if decode == GLOSS:
            sources = self._gloss(targets, (temperature or 0.0) * truncation, rng)
        else:
            sources = self._write(targets, decoding_of(decode, temperature, top_p, num_beams, truncation), rng)
        points, lengths = to_tensors(sources)
        device = condition["target"].device
        return {
            "source": points.to(device),
            length_key("source"): lengths.to(device),
            **{name: condition[name] for name in ("target", length_key("target"))},
        }

    def _write(self, targets: list[str], decoding: Decoding, rng: RowRandom) -> list[str]:
        with evaluating(self.network):
            sources = write_texts(self.model, targets, decoding, rng)
        return noised(sources, decoding.noise, rng) if decoding.noise else sources

    def _gloss(self, targets: list[str], temperature: float, rng: RowRandom) -> list[str]:
        if self.glosser is None:
            raise UserError("The generator has no words to gloss with.", where="Seq2SeqGenerator.sample",
                            fix="Give it a Glosser, or another decode.")
        return self.glosser.gloss(targets, rng, temperature)

    def log_probs(self, *given: Any) -> tuple[Tensor, Tensor, Tensor]:
        """Of sources, for their targets."""
        sources, targets = given
        labels = self.model.labels(sources)
        picked, output = self.model.log_probs(self.model.inputs(targets), labels)
        return picked, labels >= 0, output.logits.float()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        made = super().__deepcopy__(memo)
        made.glosser = self.glosser
        return made

    def save_pretrained(self, directory: Path | str, **_: Any) -> None:
        super().save_pretrained(directory)
        if self.glosser is not None:
            self.glosser.save_pretrained(directory)

    @classmethod
    def from_pretrained(cls, directory: Path | str) -> Self:
        return cls(cls.model_type.from_pretrained(directory), Glosser.found(directory))


@torch.no_grad()
def mean_log_prob(generator: Seq2SeqGenerator, sources: list[str], targets: list[str]) -> Tensor:
    """Mean log-probability a token of every source, float32 (n,), on the CPU."""
    picked, tokens, _ = generator.log_probs(sources, targets)
    return (picked.sum(1) / tokens.sum(1).clamp(min=1)).cpu()
