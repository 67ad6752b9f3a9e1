"""Clips of a data set, decoded once where they fit in memory and as they are needed where they don't."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from torch.utils.data import Dataset as TorchDataset

from augmint.audio.clips import AUDIO, to_batch
from augmint.audio.codec import LABEL, TEXT, AudioCodec
from augmint.core.interfaces import Batch
from augmint.core.interfaces.strings import length_key, to_tensors

MEMORY_LIMIT = 2 * 1024**3
"""Bytes of samples kept decoded in one process."""
_CHUNK = 32

_cache: dict[tuple[str, int, str], list[np.ndarray]] = {}


class AudioRows(TorchDataset[Batch]):
    """A map-style data set of encoded rows as `AudioCodec.encode` gives them, batches as wide as their own longest clip.

    Clips are kept decoded up to 2 GiB and shared between instances over the same rows of one process, so that scoring one split
    many times decodes it once.

    Args:
        dataset: the rows.
        codec: knows their columns.
    """

    def __init__(self, dataset: Dataset, codec: AudioCodec) -> None:
        self.dataset, self.codec = dataset, codec

    def __len__(self) -> int:
        return len(self.dataset)

    @cached_property
    def labels(self) -> torch.Tensor | None:
        """Class of every row, int64 (n,), or None."""
        labels = self.codec.labels(self.dataset)
        return None if labels is None else torch.tensor(labels, dtype=torch.int64)

    @cached_property
    def texts(self) -> list[str] | None:
        """The transcripts, or None."""
        return self.codec.texts(self.dataset)

    @cached_property
    def lengths(self) -> np.ndarray:
        """Samples of every clip, int64 (n,)."""
        if self._clips is not None:
            return np.array([len(clip) for clip in self._clips], dtype=np.int64)
        return np.array([len(clip) for clip in self.read(range(len(self)))], dtype=np.int64)

    @cached_property
    def _clips(self) -> list[np.ndarray] | None:
        """All clips decoded, or None where they are too many."""
        # A view by select() keeps its fingerprint apart, so the fingerprint names the rows.
        key = (str(self.dataset._fingerprint), self.codec.sampling_rate, self.codec.columns[AUDIO])
        if key in _cache:
            return _cache[key]
        clips, size = [], 0
        for clip in self.read(range(len(self))):
            clips.append(clip)
            size += clip.nbytes
            if size > MEMORY_LIMIT:
                return None
        while _cache and size + sum(clip.nbytes for kept in _cache.values() for clip in kept) > MEMORY_LIMIT:
            _cache.pop(next(iter(_cache)))
        _cache[key] = clips
        return clips

    def read(self, rows: Sequence[int]) -> Iterator[np.ndarray]:
        """Some clips as they are stored, int16, one after the other: nothing is kept."""
        for at in range(0, len(rows), _CHUNK):
            yield from self.codec.clips(self.dataset.select(rows[at : at + _CHUNK]))

    def clips(self, rows: Sequence[int]) -> list[np.ndarray]:
        """Some clips, int16."""
        return list(self.read(rows)) if self._clips is None else [self._clips[row] for row in rows]

    def batch(self, rows: Sequence[int]) -> Batch:
        """Some rows."""
        result = to_batch(self.clips(rows))
        if self.labels is not None:
            result[LABEL] = self.labels[torch.as_tensor(rows, dtype=torch.int64)]
        if self.texts is not None:
            result[TEXT], result[length_key(TEXT)] = to_tensors([self.texts[row] for row in rows])
        return result

    def batches(self, size: int) -> Iterator[Batch]:
        """All rows in order, `size` at a time."""
        return (self.batch(range(at, min(at + size, len(self)))) for at in range(0, len(self), size))

    def __getstate__(self) -> dict[str, Any]:
        # Another process decodes what it needs by itself: that is quicker than to send it.
        return {"dataset": self.dataset, "codec": self.codec}

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        return self.batch(indices)

    def __getitem__(self, index: int) -> Batch:
        return {name: tensor[0] for name, tensor in self.batch([index]).items()}
