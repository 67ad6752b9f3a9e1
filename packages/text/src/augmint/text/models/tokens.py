"""Tokenizers of models of single texts: a token for each class, and one before the text where a classifier reads its answer."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from augmint.core.errors import UserError
from augmint.text.models.source import ModelSource
from augmint.text.models.tokenizer import DEFAULT_VOCAB_SIZE, load_tokenizer, train_tokenizer

FIRST = "<cls>"


def label_token(label: int) -> str:
    """The special token of a class.

    Example:
        >>> label_token(2)
        '<label_2>'
    """
    return f"<label_{label}>"


def build_tokenizer(
    source: ModelSource, texts: Sequence[str], *, labels: int = 0, first: bool = False, where: str = "model"
) -> Any:
    """The pretrained model's tokenizer, or one trained on `texts`; always with a padding token.

    Args:
        source: where the model comes from.
        texts: training texts, in a fixed order.
        labels: classes that get a token of their own.
        first: whether a scratch model's texts begin with `<cls>`: BERT and its like answer at the first token.
        where: the recipe's section, for messages.

    Raises:
        UserError: the pretrained model has no tokenizer, or one with neither a padding token nor one for the end.
    """
    from tokenizers import AddedToken, processors

    if source.name_or_path:
        tokenizer = load_tokenizer(source.name_or_path, where)
        if tokenizer.pad_token is None:  # decoders have none; masks hide what is filled up
            tokenizer.pad_token = tokenizer.eos_token
        if tokenizer.pad_token is None:
            raise UserError(
                f"The tokenizer of {source.name_or_path!r} has no token to fill up with.",
                where=f"{where}.name_or_path",
                fix="Set its pad_token, and save it into the model's folder.",
            )
    else:
        # A copy: equal texts share one tokenizer, which tokens of this model's own must not reach.
        tokenizer = copy.deepcopy(train_tokenizer(texts, int((source.scratch or {}).get("vocab_size", DEFAULT_VOCAB_SIZE))))
        if first:
            tokenizer.add_tokens([AddedToken(FIRST, special=True, normalized=False)], special_tokens=True)
            tokenizer.cls_token, end = FIRST, tokenizer.eos_token
            tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
                single=f"{FIRST} $A {end}",
                pair=f"{FIRST} $A {end} $B {end}",
                special_tokens=[(token, tokenizer.convert_tokens_to_ids(token)) for token in (FIRST, end)],
            )
    tokenizer.padding_side = "right"
    own = [AddedToken(label_token(label), special=True, normalized=False) for label in range(labels)]
    if own:
        tokenizer.add_tokens(own, special_tokens=True)
    return tokenizer
