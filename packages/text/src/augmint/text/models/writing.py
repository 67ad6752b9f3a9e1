"""Texts out of a label-conditioned language model, by draws keyed by the row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import LogitsProcessor, LogitsProcessorList

from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom
from augmint.text.models.language_model import LabelLanguageModel
from augmint.text.seq2seq.decoding import BATCH_ROWS, Decoding, _KeyedDraws


@torch.no_grad()
def write_labelled(model: LabelLanguageModel, labels: Sequence[int], decoding: Decoding, rng: RowRandom) -> list[str]:
    """A text for every label.

    Every row begins with one token and has the same limit, so nothing is padded and a row is written alike in any batch.

    Args:
        model: in evaluation mode.
        labels: class of every row.
        decoding: with a temperature.
        rng: one stream a row.

    Raises:
        UserError: nothing is drawn: every text of a class would be the same one.
    """
    if decoding.temperature is None:
        raise UserError(
            "Texts of a label must be drawn; else all of them are one.",
            where="policy mint controls",
            fix="Give decode: cold, warm or hot, or a temperature.",
        )
    uniform = rng.uniform(model.max_length + 1).cpu()
    marks, written = model.label_ids, []
    for at in range(0, len(labels), BATCH_ROWS):
        part = labels[at : at + BATCH_ROWS]
        first = torch.tensor([[marks[label]] for label in part], device=model.device)
        draws = _KeyedDraws(uniform[at : at + BATCH_ROWS].to(model.device), decoding.temperature, decoding.top_p)
        ids = model.network.generate(
            input_ids=first,
            attention_mask=torch.ones_like(first),
            do_sample=False,
            max_new_tokens=model.max_length,
            logits_processor=LogitsProcessorList([_PlainTokens(model), draws]),
        )
        decoded = model.tokenizer.batch_decode(ids[:, 1:], skip_special_tokens=True, clean_up_tokenization_spaces=False)
        written += [text.strip() for text in decoded]
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
