"""Where texts lie: frequencies of character n-grams of the real training texts, reduced to a few dozen dimensions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from torch import Tensor

from augmint.core.interfaces import Batch, Judge
from augmint.core.interfaces.strings import length_key, to_strings

DIMENSIONS, BUCKETS = 64, 2**15
_MARKER = "judge.json"


class TextJudge(Judge):
    """Latent semantic analysis of what is generated: the source of a pair, or a text by itself.

    Args:
        idf: weight of every hashed n-gram, float32 (BUCKETS,).
        components: directions, float32 (dim, BUCKETS).
        role: which text of a row is looked at.
        name: for the report.

    Source: Deerwester et al. 1990, "Indexing by latent semantic analysis".
    """

    def __init__(self, idf: np.ndarray, components: np.ndarray, role: str, name: str) -> None:
        self.idf, self.components, self.role, self.name = idf, components, role, name

    @classmethod
    def fit(cls, texts: Sequence[str], role: str, seed: int = 0) -> TextJudge:
        """Directions of the real training texts. The same texts and seed give the same ones."""
        from sklearn.decomposition import TruncatedSVD
        from sklearn.preprocessing import normalize

        counts = _counts(texts)
        idf = (np.log((1 + len(texts)) / (1 + (counts > 0).sum(0))) + 1).A1.astype(np.float32)
        most = max(2, min(DIMENSIONS, len(texts) - 1))
        components = TruncatedSVD(most, random_state=seed).fit(normalize(counts.multiply(idf))).components_.astype(np.float32)
        return cls(idf, components, role, f"character n-grams of the training split's {role}s")

    def probabilities(self, batch: Batch) -> Tensor:
        raise NotImplementedError("these texts have no classes")

    def embed(self, batch: Batch) -> Tensor:
        """Unit vectors projected on the directions, float32 (n, dim)."""
        from sklearn.preprocessing import normalize

        texts = to_strings(batch[self.role], batch[length_key(self.role)])
        weighted = normalize(_counts(texts).multiply(self.idf))
        return torch.from_numpy(np.asarray(weighted @ self.components.T, dtype=np.float32).copy())

    def save_pretrained(self, directory: Path) -> None:
        """Numbers as safetensors; the marker last."""
        directory.mkdir(parents=True, exist_ok=True)
        save_file({"idf": self.idf, "components": np.ascontiguousarray(self.components)}, directory / "judge.safetensors")
        (directory / _MARKER).write_text(json.dumps({"role": self.role, "name": self.name}, indent=1))

    @classmethod
    def from_pretrained(cls, directory: Path) -> TextJudge:
        """What `save_pretrained` wrote."""
        info, arrays = json.loads((directory / _MARKER).read_text()), load_file(directory / "judge.safetensors")
        return cls(arrays["idf"], arrays["components"], info["role"], info["name"])


def _counts(texts: Sequence[str]) -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer

    vectorizer = HashingVectorizer(
        analyzer="char_wb", ngram_range=(2, 4), n_features=BUCKETS, norm=None, alternate_sign=False, lowercase=True
    )
    return vectorizer.transform(texts)
