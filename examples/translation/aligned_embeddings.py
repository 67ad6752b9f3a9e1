"""Token embeddings in which a token lies near its translations, from pairs of phrases."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import eigsh


def aligned_embeddings(tokenizer: Any, one: list[str], other: list[str], width: int) -> np.ndarray:
    """Embeddings whose inner products tell how much oftener two tokens stand in the two sides of a pair than chance would have it.

    A model whose encoder, decoder and output share them translates a word by letting its embedding through, which is learnt in a
    few hundred steps rather than in many thousand.

    Args:
        tokenizer: of both sides.
        one, other: n texts each, translations of one another.
        width: of an embedding, less than the vocabulary.

    Returns:
        float32 (vocabulary, width), rows of length 1, or 0 for tokens that no pair has.

    Source: Levy & Goldberg 2014, "Neural word embedding as implicit matrix factorization", over translations instead of neighbours.
    """
    sides = [_incidence(tokenizer, texts) for texts in (one, other)]
    # Long pairs say less about each of their tokens.
    weight = diags_array(1 / np.sqrt(np.maximum(1, sides[0].sum(1) * sides[1].sum(1))))
    joint = np.asarray((sides[0].T @ weight @ sides[1]).todense())
    joint = joint + joint.T
    alone = joint.sum(1)
    smoothed = alone**0.75 / (alone**0.75).sum()  # rare tokens are not all alike
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.log(joint / (alone[:, None] * smoothed[None, :]))
    information = np.where(np.isfinite(information), information.clip(0), 0)
    values, vectors = eigsh((information + information.T) / 2, k=width, which="LA", v0=np.ones(len(information)))
    embeddings = vectors * np.sqrt(values.clip(0))
    lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
    return np.where(lengths > 1e-3, embeddings / lengths.clip(1e-3), 0).astype(np.float32)


def _incidence(tokenizer: Any, texts: list[str]) -> Any:
    """1 where a text has a token, sparse float64 (texts, vocabulary)."""
    ids = [np.unique(np.array(row, int)) for row in tokenizer(texts, add_special_tokens=False)["input_ids"]]
    rows = np.repeat(np.arange(len(ids)), [len(row) for row in ids])
    return csr_array((np.ones(len(rows)), (rows, np.concatenate(ids))), shape=(len(texts), len(tokenizer)))
