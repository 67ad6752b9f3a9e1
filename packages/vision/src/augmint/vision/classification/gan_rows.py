"""Rows as the adversarial trainer takes them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import Dataset as TorchDataset

from augmint.core.interfaces import Batch, concatenate
from augmint.vision.rows import ImageRows


def resize(image: Tensor, size: int) -> Tensor:
    """float32 (n, C, H, W) to (n, C, size, size)."""
    if image.shape[-2:] == (size, size):
        return image
    return F.interpolate(image, size=(size, size), mode="bilinear", antialias=True, align_corners=False)


class AdversarialRows(TorchDataset[Batch]):
    """`{"image": float32 (C, size, size) in [-1, 1], "label": int64 ()}` of several sets of rows, one after the other."""

    def __init__(self, parts: Sequence[ImageRows], size: int) -> None:
        self.parts, self.size = [part for part in parts if len(part)], size
        self._ends = torch.tensor([len(part) for part in self.parts]).cumsum(0)

    def __len__(self) -> int:
        return int(self._ends[-1])

    def __getitem__(self, index: int) -> Batch:
        return {name: tensor[0] for name, tensor in self.__getitems__([index]).items()}

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        at = torch.as_tensor(indices, dtype=torch.int64)
        owner = torch.bucketize(at, self._ends, right=True)
        chunks, places = [], []
        for number, part in enumerate(self.parts):
            mine = torch.nonzero(owner == number).flatten()
            if len(mine):
                start = int(self._ends[number]) - len(part)
                chunks.append(part.__getitems__((at[mine] - start).tolist()))
                places.append(mine)
        batch = concatenate(chunks)
        back = torch.cat(places).argsort()
        image = resize(batch["image"][back].float() / 127.5 - 1, self.size)
        return {"image": image, "label": batch["label"][back]}
