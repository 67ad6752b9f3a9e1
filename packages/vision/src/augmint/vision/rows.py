"""Encoded rows, held in memory where they fit and decoded as needed where they don't."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from datasets import Dataset
from torch.utils.data import Dataset as TorchDataset

from augmint.core.interfaces import Batch, concatenate, select
from augmint.vision.codec import ImageCodec
from augmint.vision.depth import Depth

MEMORY_LIMIT = 2 * 1024**3  # bytes of pixels kept decoded
_CHUNK = 2048

_cache: dict[tuple[str, int | None, int, Depth | None, tuple[tuple[str, str], ...]], Batch] = {}


class ImageRows(TorchDataset[Batch]):
    """A map-style data set of encoded rows: `{"image": uint8 (C, H, W), "label": int64 ()}` each, or whole batches.

    Decoded pixels are kept in memory up to 2 GiB and shared between instances over the same rows of one process, so that
    scoring one test split many times decodes it once.
    """

    def __init__(self, dataset: Dataset, codec: ImageCodec) -> None:
        self.dataset, self.codec = dataset, codec
        side = codec.size or 224
        self._fits = len(dataset) * codec.channels * side * side <= MEMORY_LIMIT

    def __len__(self) -> int:
        return len(self.dataset)

    def all(self) -> Batch:
        """Every row."""
        if not self._fits:
            return self.codec.encode(self.dataset)
        # A view by select() keeps its fingerprint apart, so the fingerprint names the rows.
        codec = self.codec
        key = (str(self.dataset._fingerprint), codec.size, codec.channels, codec.depth, tuple(sorted(codec.columns.items())))
        if key not in _cache:
            while _cache and sum(batch["image"].numel() for batch in _cache.values()) > MEMORY_LIMIT:
                _cache.pop(next(iter(_cache)))
            chunks = [self.dataset.select(range(at, min(at + _CHUNK, len(self)))) for at in range(0, len(self), _CHUNK)]
            _cache[key] = concatenate(self.codec.encode(chunk) for chunk in chunks) if chunks else self.codec.encode(self.dataset)
        return _cache[key]

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        if self._fits:
            return select(self.all(), torch.as_tensor(indices, dtype=torch.int64))
        return self.codec.encode(self.dataset.select(indices))

    def __getitem__(self, index: int) -> Batch:
        return {name: tensor[0] for name, tensor in self.__getitems__([index]).items()}
