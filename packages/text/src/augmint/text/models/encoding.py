"""Texts as token ids: what users write is text, also where it looks like a special token, and marks are put before it by id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


def encode(
    tokenizer: Any, texts: Sequence[str], longest: int, marks: Sequence[int | None] = (), *, plain: bool = True
) -> dict[str, Tensor]:
    """What a network reads: "input_ids" and "attention_mask", int64 (n, L), L at most `longest`.

    Args:
        tokenizer: of Transformers'.
        texts: n, which may hold "</s>" or "<pad>" as anything else.
        longest: tokens of a text; longer ones are cut.
        marks: for each text the id of a token that goes before it, after the tokenizer's own first ones, or None; () for none.
        plain: whether special tokens that stand in the texts are text too.
    """
    if not any(mark is not None for mark in marks):
        encoded = tokenizer(
            list(texts), truncation=True, max_length=longest, padding=True, return_tensors="pt", split_special_tokens=plain
        )
        return {name: encoded[name] for name in ("input_ids", "attention_mask")}
    rows = []
    own = {*tokenizer.all_special_ids, *getattr(tokenizer, "lang_code_to_id", {}).values()} - {tokenizer.unk_token_id}
    for text, mark in zip(texts, marks, strict=True):
        room = longest - (mark is not None)
        ids = list(tokenizer(text, truncation=True, max_length=room, split_special_tokens=plain)["input_ids"])
        if mark is not None:
            first = next((place for place, token in enumerate(ids) if token not in own), max(0, len(ids) - 1))
            ids.insert(first, mark)
        rows.append(ids)
    padded = torch.full((len(rows), max(map(len, rows))), tokenizer.pad_token_id, dtype=torch.int64)
    mask = torch.zeros_like(padded)
    for row, ids in enumerate(rows):
        at = slice(-len(ids), None) if tokenizer.padding_side == "left" else slice(len(ids))
        padded[row, at], mask[row, at] = torch.tensor(ids), 1
    return {"input_ids": padded, "attention_mask": mask}
