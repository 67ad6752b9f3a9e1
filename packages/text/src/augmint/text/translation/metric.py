"""chrF++ and BLEU by sacrebleu, and what each row contributes to a score that is no mean of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from augmint.core.interfaces import Metric
from augmint.text.characters import SPACE, SPACELESS
from augmint.text.rules.words import flags

CHRF = Metric("chrf++", decimals=2, low=0.0, high=100.0, written="chrF++")


def chrf_metric() -> Any:
    """sacrebleu's chrF++: characters to 6-grams, words to 2-grams.

    Source: Popovic 2017, "chrF++: words helping character n-grams"; Post 2018, "A call for clarity in reporting BLEU scores".
    """
    from sacrebleu.metrics.chrf import CHRF as Chrf

    return Chrf(word_order=2)


def bleu_metric(references: Sequence[str] = ()) -> Any:
    """sacrebleu's BLEU. Its tokens are those of 13a, or characters where the references are in a script without spaces between
    words, in which 13a would take a sentence for a word; the signature tells.

    Example:
        >>> [bleu_metric([text]).tokenizer.signature() for text in ("the train leaves", "列车九点开")]
        ['13a', 'char']
    """
    from sacrebleu.metrics.bleu import BLEU

    kind, _ = flags(references)
    spaceless = bool(((kind & SPACELESS) > 0).sum() > 0.3 * ((kind & SPACE) == 0).sum())
    return BLEU(tokenize="char" if spaceless else "13a", force=True)


def corpus_rows(metric: Any, hypotheses: Sequence[str], references: Sequence[str]) -> tuple[float, list[float]]:
    """The corpus score, and one number a row whose mean is that score: the row's jackknife pseudo-value.

    A corpus score is no mean of sentence scores, but over resampled rows it varies as the mean of these numbers does, so that
    paired intervals over rows hold for it.

    Args:
        metric: of sacrebleu.
        hypotheses, references: as many of each, at least one.

    Source: Miller 1974, "The jackknife - a review"; Efron and Tibshirani 1993, "An introduction to the bootstrap", chapter 11.

    Example:
        >>> score, rows = corpus_rows(chrf_metric(), ["a dog barks", "no"], ["a dog barks", "yes"])
        >>> bool(abs(np.mean(rows) - score) < 1e-9), rows[0] > rows[1]
        (True, True)
    """
    statistics = np.asarray(metric._extract_corpus_statistics(list(hypotheses), [list(references)]), dtype=np.int64)
    total, count = statistics.sum(0), len(statistics)
    score = float(metric._compute_score_from_stats(total.tolist()).score)
    if count == 1:
        return score, [score]
    without = np.array([metric._compute_score_from_stats((total - row).tolist()).score for row in statistics])
    influence = (count - 1) * (score - without)
    return score, (score + influence - influence.mean()).tolist()


def sentence_chrf(hypotheses: Sequence[str], references: Sequence[str]) -> list[float]:
    """chrF++ of every sentence, [0, 1]: a reward, not a score to report."""
    metric = chrf_metric()
    return [
        metric.sentence_score(written, [reference]).score / 100 for written, reference in zip(hypotheses, references, strict=True)
    ]
