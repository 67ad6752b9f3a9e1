"""A translation model that reads the target and writes a source: the target stays as people wrote it."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, RowRandom
from augmint.core.interfaces.strings import length_key, to_strings, to_tensors
from augmint.core.minting.torch_state import evaluating
from augmint.text.generators.base import ModelGenerator
from augmint.text.generators.decodes import DEFAULT_DECODE, decoding_of
from augmint.text.generators.noise import noised
from augmint.text.seq2seq import Seq2SeqModel, write_texts


class Seq2SeqGenerator(ModelGenerator):
    """Writes a source for every target.

    Human text stays on the side that the user's model is trained to write; errors reach only what it reads.

    Args:
        model: reads targets, writes sources.

    Batches are those of `core.interfaces.strings`: "target" and "target_length" in; these and "source", "source_length" out.

    Source: Sennrich et al. 2016, "Improving neural machine translation models with monolingual data" (back-translation).
    """

    model_type: ClassVar[Any] = Seq2SeqModel
    output_key: ClassVar[str] = "source"
    conditioned_on: ClassVar[tuple[str, ...]] = ("target",)

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
            decode: a name of `augmint.text.generators.decodes.DECODES`.
            temperature, top_p, num_beams: instead of that way's own.
            truncation: multiplies the temperature, as it scales the noise of other generators.
            controls: none other is known.

        Raises:
            UserError: without targets, or on an unknown control.
        """
        if condition is None or "target" not in condition or controls:
            raise UserError(
                f"The generator got {sorted(controls) or 'no targets'}.",
                where="Seq2SeqGenerator.sample",
                fix="Give a condition with targets, and decode, temperature, top_p or num_beams as controls.",
            )
        targets = to_strings(condition["target"], condition[length_key("target")])
        decoding = decoding_of(decode, temperature, top_p, num_beams, truncation)
        with evaluating(self.network):
            sources = write_texts(self.model, targets, decoding, rng)
        if decoding.noise:
            sources = noised(sources, decoding.noise, rng)
        points, lengths = to_tensors(sources)
        device = condition["target"].device
        return {
            "source": points.to(device),
            length_key("source"): lengths.to(device),
            **{name: condition[name] for name in ("target", length_key("target"))},
        }

    def log_probs(self, *given: Any) -> tuple[Tensor, Tensor, Tensor]:
        """Of sources, for their targets."""
        sources, targets = given
        labels = self.model.labels(sources)
        picked, output = self.model.log_probs(self.model.inputs(targets), labels)
        return picked, labels >= 0, output.logits.float()


@torch.no_grad()
def mean_log_prob(generator: Seq2SeqGenerator, sources: list[str], targets: list[str]) -> Tensor:
    """Mean log-probability a token of every source, float32 (n,), on the CPU."""
    picked, tokens, _ = generator.log_probs(sources, targets)
    return (picked.sum(1) / tokens.sum(1).clamp(min=1)).cpu()
