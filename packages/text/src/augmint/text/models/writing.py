"""Texts out of a causal language model, whole or from a given beginning, by draws keyed by the row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import LogitsProcessor, LogitsProcessorList

from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom
from augmint.text.models.language_model import LabelLanguageModel
from augmint.text.seq2seq.decoding import BATCH_ROWS, Decoding, KeyedDraws

BROKEN = "\N{REPLACEMENT CHARACTER}"


def write_labelled(model: LabelLanguageModel, labels: Sequence[int], decoding: Decoding, rng: RowRandom) -> list[str]:
    """A text for every label, from nothing but the label (see `continue_texts`)."""
    return _write(model, labels, [[] for _ in labels], decoding, rng)


def continue_texts(
    model: LabelLanguageModel, texts: Sequence[str], labels: Sequence[int], share: float, decoding: Decoding, rng: RowRandom
) -> list[str]:
    """Every text's beginning as it stands, and another ending.

    Only rows whose beginnings have equally many tokens go together, so nothing is padded and a row is written alike in any batch.

    Args:
        model: in evaluation mode.
        texts, labels: n real texts, and their labels (0 where there are none).
        share: part of a text's tokens that is kept, [0, 1); of any text at least one token, of none more than `max_length - 1`.
        decoding: with a temperature.
        rng: one stream a row.

    Raises:
        UserError: nothing is drawn: every ending of a text would be the same one.
    """
    if not texts:
        return []
    ids = model.tokenizer(
        list(texts), add_special_tokens=False, truncation=True, max_length=model.max_length, split_special_tokens=True
    )["input_ids"]
    return _write(model, labels, [_prompt(model, row, share) for row in ids], decoding, rng)


def _prompt(model: LabelLanguageModel, ids: list[int], share: float) -> list[int]:
    """The first tokens of a text, none of which is half a character."""
    count = min(max(int(share * len(ids)), 1), model.max_length - 1) if share > 0 else 0
    while 0 < count < len(ids) and model.tokenizer.decode(ids[:count]).endswith(BROKEN):
        count += 1
    return ids[: min(count, model.max_length - 1)]


@torch.no_grad()
def _write(
    model: LabelLanguageModel, labels: Sequence[int], prompts: Sequence[list[int]], decoding: Decoding, rng: RowRandom
) -> list[str]:
    if decoding.temperature is None:
        raise UserError(
            "Texts of a language model must be drawn; else all of a label are one.",
            where="policy mint controls",
            fix="Give decode: cold, warm or hot, or a temperature.",
        )
    if not labels:
        return []
    uniform = rng.uniform(model.max_length + 1).cpu()
    marks, written = model.label_ids, [""] * len(labels)
    for count in sorted({len(prompt) for prompt in prompts}):
        alike = [row for row, prompt in enumerate(prompts) if len(prompt) == count]
        for at in range(0, len(alike), BATCH_ROWS):
            rows = alike[at : at + BATCH_ROWS]
            first = torch.tensor([[marks[labels[row]], *prompts[row]] for row in rows], device=model.device)
            draws = KeyedDraws(uniform[rows].to(model.device), decoding.temperature, decoding.top_p)
            ids = model.network.generate(
                input_ids=first,
                attention_mask=torch.ones_like(first),
                do_sample=False,
                max_new_tokens=model.max_length - count,
                logits_processor=LogitsProcessorList([_PlainTokens(model), draws]),
            )
            decoded = model.tokenizer.batch_decode(ids[:, 1:], skip_special_tokens=True, clean_up_tokenization_spaces=False)
            for row, text in zip(rows, decoded, strict=True):
                written[row] = text.strip()
    return written


class _PlainTokens(LogitsProcessor):  # type: ignore[misc]
    """Leaves the tokens that texts are made of, and the end after the first of them."""

    def __init__(self, model: LabelLanguageModel) -> None:
        self.end = model.tokenizer.eos_token_id
        self.banned = sorted({*model.tokenizer.all_special_ids, *model.label_ids} - {self.end})
        self.step = 0

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        left: Any = scores.clone()
        left[:, self.banned] = -torch.inf
        if self.step == 0:
            left[:, self.end] = -torch.inf
        self.step += 1
        return left
