"""How varied texts are: distinct n-grams, and how much each text is like the others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from augmint.core.interfaces import keyed_generator
from augmint.text.rules.words import words_of

MOST, SELF = 2000, 100
"""Texts that are looked at; texts that each is held against, and that are held against others."""


def diversity(texts: Sequence[str], most: int = MOST) -> dict[str, float]:
    """Figures of some of the texts, drawn at random.

    Args:
        texts: at least two; figures of equally many texts can be compared, others cannot.
        most: texts that are drawn.

    Returns:
        "distinct-1" and "distinct-2": different words and pairs of words as a part of all, [0, 1], higher is more varied;
        "self-BLEU": mean BLEU of a text against the others, [0, 100], lower is more varied. {} of fewer than two texts.

    Source: Li et al. 2016, "A diversity-promoting objective function for neural conversation models" (distinct-n); Zhu et al. 2018,
    "Texygen: a benchmarking platform for text generation models" (self-BLEU).

    Example:
        >>> figures = diversity(["a red cat", "a red dog", "a red cat"])
        >>> round(figures["distinct-1"], 2), figures["self-BLEU"] > 50
        (0.44, True)
    """
    order = keyed_generator(0, "diversity").permutation(len(texts))[:most].tolist()
    chosen = [texts[row] for row in sorted(order)]
    if len(chosen) < 2:
        return {}
    return {"distinct-1": distinct(chosen, 1), "distinct-2": distinct(chosen, 2), "self-BLEU": self_bleu(chosen)}


def distinct(texts: Sequence[str], n: int) -> float:
    """Different n-grams of words as a part of all, [0, 1]; 0 where there are none."""
    words = map(words_of, texts)
    grams = list(chain.from_iterable(zip(*(row[at:] for at in range(n)), strict=False) for row in words))
    return len(set(grams)) / max(len(grams), 1)


def self_bleu(texts: Sequence[str]) -> float:
    """Mean BLEU of texts against others, [0, 100]."""
    from sacrebleu.metrics.bleu import BLEU

    split = [" ".join(words_of(text)) for text in texts[: SELF + 1]]
    metric = BLEU(effective_order=True, tokenize="none")
    scores = [metric.sentence_score(text, split[:row] + split[row + 1 :]).score for row, text in enumerate(split)]
    return float(sum(scores) / len(scores))
