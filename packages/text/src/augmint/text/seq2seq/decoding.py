"""Texts out of an encoder-decoder: in batches of alike lengths, by beam or by draws keyed by the row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import LogitsProcessor, LogitsProcessorList

from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom
from augmint.text.seq2seq.model import Seq2SeqModel

BATCH_TOKENS, BATCH_ROWS = 6000, 256
_CANDIDATES = 512
"""Sampling looks at so many most likely tokens; what lies beyond them is noise, and sorting a large vocabulary is slow."""


@dataclass(frozen=True)
class Decoding:
    """How texts are written.

    Attributes:
        num_beams: 1 takes the likeliest token at every step (or draws one); more search by beam.
        temperature: of draws, above 0; None does not draw.
        top_p: draws come from the likeliest tokens that together have this probability, (0, 1].
        noise: the chance of slips that are put into what was written (see `augmint.text.generators.noise`), [0, 1].
    """

    num_beams: int = 1
    temperature: float | None = None
    top_p: float = 1.0
    noise: float = 0.0

    def __post_init__(self) -> None:
        if isinstance(self.num_beams, bool) or not isinstance(self.num_beams, int) or not 1 <= self.num_beams <= 64:
            raise UserError(f"num_beams is {self.num_beams!r}.", where="decoding", fix="Give a whole number from 1 to 64.")
        if self.temperature is not None and not 0 < self.temperature <= 10:
            raise UserError(f"temperature is {self.temperature!r}.", where="decoding", fix="Give a number in (0, 10], or none.")
        if not 0 < self.top_p <= 1:
            raise UserError(f"top_p is {self.top_p!r}.", where="decoding", fix="Give a number in (0, 1].")
        if not 0 <= self.noise <= 1:
            raise UserError(f"noise is {self.noise!r}.", where="decoding", fix="Give a number in [0, 1].")
        if self.temperature is not None and self.num_beams > 1:
            raise UserError("Both temperature and num_beams are given.", where="decoding", fix="Draw, or search by beam.")

    @property
    def draws(self) -> bool:
        """Whether one and the same text is written in several ways."""
        return self.temperature is not None or self.noise > 0


@torch.no_grad()
def write_texts(model: Seq2SeqModel, texts: Sequence[str], decoding: Decoding, rng: RowRandom | None = None) -> list[str]:
    """What the model writes for every text.

    Args:
        model: in evaluation mode.
        texts: what it reads.
        decoding: how it writes.
        rng: one stream a text, needed where tokens are drawn: the same streams give the same draws, in whatever batch.

    Raises:
        UserError: tokens shall be drawn and there is no `rng`.

    Source: the inverse of the cumulated distribution at one uniform number a step; Holtzman et al. 2020, "The curious case of
    neural text degeneration" (top-p).
    """
    if decoding.temperature is not None and rng is None:
        raise UserError("Drawing tokens needs an rng.", where="decoding", fix="Give one stream a text.")
    lengths = model.token_counts(texts)
    written = [""] * len(texts)
    longest = model.source.max_length
    uniform = rng.uniform(longest + 1).cpu() if rng is not None and decoding.temperature is not None else None
    for rows in _buckets(lengths, decoding.num_beams):
        inputs = model.inputs([texts[row] for row in rows])
        # Each row has a limit of its own, so that it ends alike whatever stands beside it.
        limits = torch.from_numpy(model.limit(lengths[rows], longest)).to(model.device)
        steps: list[Any] = [_OwnLimit(limits.repeat_interleave(decoding.num_beams), model.tokenizer.eos_token_id)]
        if uniform is not None and decoding.temperature is not None:
            steps.append(KeyedDraws(uniform[torch.from_numpy(rows)].to(model.device), decoding.temperature, decoding.top_p))
        with torch.autocast(model.device.type, torch.bfloat16, enabled=model.source.bf16):
            ids = model.network.generate(
                **inputs,
                num_beams=decoding.num_beams,
                do_sample=False,
                max_new_tokens=int(limits.max()),
                logits_processor=LogitsProcessorList(steps),
            )
        for row, text in zip(rows.tolist(), model.texts(ids), strict=True):
            written[row] = text
    return written


def _buckets(lengths: np.ndarray, beams: int) -> Iterator[np.ndarray]:
    """Rows of alike lengths, so that little is computed for padding."""
    order, start = np.argsort(lengths, kind="stable"), 0
    while start < len(order):
        stop = start + 1
        while stop < len(order) and stop - start < BATCH_ROWS and (stop - start + 1) * lengths[order[stop]] * beams <= BATCH_TOKENS:
            stop += 1
        yield order[start:stop]
        start = stop


class KeyedDraws(LogitsProcessor):  # type: ignore[misc]
    """Leaves one token a row, drawn by the row's own number for the step: greedy search then takes it."""

    def __init__(self, uniform: Tensor, temperature: float, top_p: float) -> None:
        self.uniform, self.temperature, self.top_p = uniform, temperature, top_p
        self.step = 0

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        top, index = (scores.float() / self.temperature).topk(min(_CANDIDATES, scores.shape[1]), dim=1)
        mass = top.softmax(1).cumsum(1)
        if self.top_p < 1:
            # The likeliest token stays, whatever its probability.
            kept = torch.cat([torch.zeros_like(mass[:, :1]), mass[:, :-1]], 1) < self.top_p
            mass = (top.softmax(1) * kept).cumsum(1)
        place = (mass < self.uniform[:, self.step, None] * mass[:, -1:]).sum(1, keepdim=True).clamp(max=mass.shape[1] - 1)
        self.step += 1
        return torch.full_like(scores, -torch.inf).scatter_(1, index.gather(1, place), 0.0)


class _OwnLimit(LogitsProcessor):  # type: ignore[misc]
    """Ends every row after its own number of tokens: the end is all that is left, at the score that the model gives it."""

    def __init__(self, limits: Tensor, end: int) -> None:
        self.limits, self.end, self.step = limits, end, 0

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        self.step += 1
        over = self.step >= self.limits
        if not over.any():
            return scores
        ended = torch.full_like(scores, -torch.inf)
        ended[:, self.end] = scores[:, self.end]
        return torch.where(over[:, None], ended, scores)
