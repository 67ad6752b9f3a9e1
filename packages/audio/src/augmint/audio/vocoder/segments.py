"""Clips cut into the segments that vocoders train on."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.utils.data import Dataset

from augmint.audio.vocoder.config import SEGMENT
from augmint.core.errors import UserError
from augmint.core.interfaces import Batch


class SegmentRows(Dataset[Batch]):
    """Every overlapping segment of every clip: `{"audio": float32 (size,) in [-1, 1)}` each, or whole batches.

    The last segment of a clip ends with it; a clip that is shorter than a segment is one, filled up with 0.

    Args:
        clips: int16, each (samples,), or all as (n, L).
        lengths: true samples of each clip; None: all there are.
        size: samples of a segment.
        stride: samples between the starts of two; 0 chooses a quarter of size.

    Raises:
        UserError: there is not one sample.

    Example:
        >>> rows = SegmentRows([torch.ones(100, dtype=torch.int16), torch.ones(3, dtype=torch.int16)], size=8, stride=4)
        >>> len(rows), rows[24]["audio"].mul(32768).tolist()
        (25, [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    """

    def __init__(
        self,
        clips: Sequence[Tensor] | Tensor,
        lengths: Sequence[int] | Tensor | None = None,
        *,
        size: int = SEGMENT,
        stride: int = 0,
    ) -> None:
        counts = [len(clip) for clip in clips] if lengths is None else [int(length) for length in lengths]
        kept = [clip[:count] for clip, count in zip(clips, counts, strict=True) if count > 0]
        if not kept:
            raise UserError("There are no samples to train a vocoder on.", where="train_dataset", fix="Give clips.")
        self.size = size
        self.samples = torch.cat(kept).short()
        starts, ends, at = [], [], 0
        for clip in kept:
            last = max(len(clip) - size, 0)
            own = sorted({*range(0, last + 1, stride or max(1, size // 4)), last})
            starts += [at + start for start in own]
            ends += [at + len(clip)] * len(own)
            at += len(clip)
        self.starts, self.ends = torch.tensor(starts), torch.tensor(ends)

    def __len__(self) -> int:
        return len(self.starts)

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        rows = torch.as_tensor(indices, dtype=torch.int64)
        at = self.starts[rows, None] + torch.arange(self.size)
        inside = at < self.ends[rows, None]
        audio = self.samples[at.clamp_max(len(self.samples) - 1)].float() / 32_768
        return {"audio": torch.where(inside, audio, 0.0)}

    def __getitem__(self, index: int) -> Batch:
        return {name: value[0] for name, value in self.__getitems__([index]).items()}
