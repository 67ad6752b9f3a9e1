"""A translation model that reads the target and writes a source: the target stays as people wrote it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from torch import Tensor

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Generator, RowRandom
from augmint.core.minting.torch_state import evaluating
from augmint.text.generators.decodes import DEFAULT_DECODE, decoding_of
from augmint.text.seq2seq import Seq2SeqModel, write_texts
from augmint.text.strings import length_key, to_strings, to_tensors


class Seq2SeqGenerator(Generator):
    """Writes a source for every target.

    Human text stays on the side that the user's model is trained to write; errors reach only what it reads.

    Args:
        model: reads targets, writes sources.

    Batches are those of `augmint.text.strings`: "target" and "target_length" in; these and "source", "source_length" out.

    Source: Sennrich et al. 2016, "Improving neural machine translation models with monolingual data" (back-translation).
    """

    modality: ClassVar[str] = "text"
    output_key: ClassVar[str] = "source"
    conditioned_on: ClassVar[tuple[str, ...]] = ("target",)

    def __init__(self, model: Seq2SeqModel) -> None:
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
        points, lengths = to_tensors(sources)
        device = condition["target"].device
        return {
            "source": points.to(device),
            length_key("source"): lengths.to(device),
            **{name: condition[name] for name in ("target", length_key("target"))},
        }

    def forward(
        self,
        n: int = 0,
        condition: Batch | None = None,
        *,
        rng: RowRandom | None = None,
        score: tuple[list[str], list[str]] | None = None,
        **controls: Any,
    ) -> Any:
        """As `sample`; or, given sources and targets as `score`, as `log_probs`: so gradients pass a distributed wrapper."""
        if score is not None:
            return self.log_probs(*score)
        assert rng is not None
        return self.sample(n, condition, rng=rng, **controls)

    def log_probs(self, sources: list[str], targets: list[str]) -> tuple[Tensor, Tensor, Tensor]:
        """What the generator gives each token of sources, for their targets, with gradients.

        Returns:
            log-probabilities float32 (n, L), 0 in the padding; which are tokens, bool (n, L); and the logits float32 (n, L, V).
        """
        labels = self.model.labels(sources)
        picked, output = self.model.log_probs(self.model.inputs(targets), labels)
        return picked, labels >= 0, output.logits.float()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """A copy with weights of its own; the tokenizer, which never changes, is shared."""
        network = copy.deepcopy(self.network, memo)
        made = type(self)(Seq2SeqModel(network, self.model.tokenizer, self.model.source))
        made.train(self.training)
        memo[id(self)] = made
        return made

    def save_pretrained(self, directory: Path | str, **_: Any) -> None:
        """A folder that plain Transformers loads too."""
        self.model.save_pretrained(directory)

    @classmethod
    def from_pretrained(cls, directory: Path | str) -> Self:
        """What `save_pretrained` wrote."""
        return cls(Seq2SeqModel.from_pretrained(directory))


@torch.no_grad()
def mean_log_prob(generator: Seq2SeqGenerator, sources: list[str], targets: list[str]) -> Tensor:
    """Mean log-probability a token of every source, float32 (n,), on the CPU."""
    picked, tokens, _ = generator.log_probs(sources, targets)
    return (picked.sum(1) / tokens.sum(1).clamp(min=1)).cpu()
