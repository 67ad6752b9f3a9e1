"""Masked language models: which words could stand at a place of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from augmint.core.errors import UserError
from augmint.text.models.source import ModelSource, build_config
from augmint.text.models.tokenizer import load_tokenizer

WHERE = "policy.masked_lm"
MOST = 10
"""Words that a place is offered; what is less likely seldom fits."""
_SPACED = ("\u0120", "\u2581")  # how byte-level and sentence pieces mark that a word begins


@dataclass
class MaskedLM:
    """A network with a masked-language-modelling head, on the CPU, where texts are edited.

    Attributes:
        network: a `PreTrainedModel` in evaluation mode.
        tokenizer: its own.
        longest: tokens of a text that it reads.
        ids: tokens that are whole words of letters, int64 (w,).
        words: the same as texts, w of them.
    """

    network: Any
    tokenizer: Any
    longest: int
    ids: torch.Tensor
    words: list[str]

    @torch.no_grad()
    def substitutes(self, text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[list[str], np.ndarray]]:
        """For every span of a text the likeliest words that are not the one there, and their probabilities among each other.

        All spans are hidden at once. A text is read alone, so the answer does not depend on what else is asked.

        Args:
            text: any text.
            spans: starts and stops of words, in order, free of overlaps.

        Returns:
            for each span at most `MOST` words and float64 probabilities; none where the span lies beyond what the model reads.
        """
        mask = self.tokenizer.mask_token
        if mask in text or not spans:  # its own hidden places could not be told from those of the text
            return [([], np.zeros(0))] * len(spans)
        pieces, at = [], 0
        for start, stop in spans:
            pieces += [text[at:start], mask]
            at = stop
        encoded = self.tokenizer("".join([*pieces, text[at:]]), truncation=True, max_length=self.longest, return_tensors="pt")
        places = (encoded["input_ids"][0] == self.tokenizer.mask_token_id).nonzero()[:, 0]
        logits = self.network(**encoded).logits[0, places][:, self.ids].double()
        top = logits.topk(min(MOST + 1, len(self.ids)), dim=1)  # one more: the word itself may be among them
        found = [self._others(text[start:stop], *row) for (start, stop), *row in zip(spans, top.values, top.indices)]
        return found + [([], np.zeros(0))] * (len(spans) - len(found))

    def _others(self, word: str, logits: torch.Tensor, indices: torch.Tensor) -> tuple[list[str], np.ndarray]:
        words = [self.words[index] for index in indices.tolist()]
        kept = [place for place, other in enumerate(words) if other.casefold() != word.casefold()][:MOST]
        return [words[place] for place in kept], logits[kept].softmax(0).numpy()


def check_masked_lm(name: str) -> None:
    """Raises UserError where `name`, a hub id or a folder, is no masked language model."""
    from transformers import AutoModelForMaskedLM

    build_config(ModelSource(name, max_length=8), AutoModelForMaskedLM, {}, {}, WHERE)


@lru_cache(maxsize=2)
def load_masked_lm(name: str) -> MaskedLM:
    """The model, loaded once in a process.

    Raises:
        UserError: it cannot be loaded, is of another kind, or its tokenizer knows no mask or no whole words.
    """
    from transformers import AutoModelForMaskedLM

    check_masked_lm(name)
    tokenizer = load_tokenizer(name, WHERE)
    if tokenizer.mask_token is None:
        raise UserError(f"The tokenizer of {name!r} has no mask token.", where=WHERE, fix="Name a model such as BERT.")
    network = AutoModelForMaskedLM.from_pretrained(name).eval()
    whole = _whole_words(tokenizer, network.get_output_embeddings().out_features)
    if not whole:
        raise UserError(f"The tokenizer of {name!r} knows no whole word.", where=WHERE, fix="Name a model that reads words.")
    limits = (tokenizer.model_max_length, getattr(network.config, "max_position_embeddings", 514) - 2)
    return MaskedLM(network, tokenizer, min(limits), torch.tensor(list(whole)), list(whole.values()))


def _whole_words(tokenizer: Any, size: int) -> dict[int, str]:
    """Token -> word, of tokens that begin a word and are all letters."""
    tokens = {index: token for token, index in tokenizer.get_vocab().items() if index < size}
    marked = any(token.startswith(_SPACED) for token in tokens.values())
    special = set(tokenizer.all_special_ids)
    found = {}
    for index in sorted(tokens):
        token = tokens[index]
        if index not in special and (token.startswith(_SPACED) if marked else not token.startswith("##")):
            word = tokenizer.decode([index]).strip()
            if word.isalpha():
                found[index] = word
    return found
