"""Perplexity of a corpus, with each text's influence on it."""

from __future__ import annotations

import math

from torch import Tensor

from augmint.core.interfaces import Evaluation, Metric

PERPLEXITY = Metric("perplexity", greater_is_better=False, decimals=2, low=1.0)


def perplexity_evaluation(cost: Tensor, tokens: Tensor, characters: int) -> Evaluation:
    """exp of the corpus' mean loss a token, and the bits a character beside it, which models with other tokens share.

    Args:
        cost: sum of each text's negative log-likelihoods, float64 (n,).
        tokens: of each text, int64 (n,).
        characters: of all texts.

    Returns:
        an Evaluation whose rows are the infinitesimal jackknife's: their mean is the perplexity.

    Source: Jaeckel 1972, "The infinitesimal jackknife".

    Example:
        >>> import torch
        >>> found = perplexity_evaluation(torch.tensor([2.0, 4.0]), torch.tensor([2, 2]), 6)
        >>> round(found.score, 4), round(sum(found.rows) / 2, 4)
        (4.4817, 4.4817)
    """
    total, count = float(cost.sum()), max(int(tokens.sum()), 1)
    loss = total / count
    value = math.exp(min(loss, 700.0))  # beyond it a double overflows
    influence = (cost - loss * tokens.double()) * (len(cost) / count)
    rows = (value * (1 + influence)).tolist()
    return Evaluation(value, loss, rows, {"bits per character": total / math.log(2) / max(characters, 1)})
