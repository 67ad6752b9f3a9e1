"""The one data type that travels between rooms: a batch of rows as tensors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

Batch: TypeAlias = dict[str, Tensor]
"""Name -> tensor with rows along dimension 0. Names are those of the modality ("image", "label", "input_ids", ...)."""


def batch_size(batch: Batch) -> int:
    """Number of rows."""
    return len(next(iter(batch.values())))


def select(batch: Batch, index: Any) -> Batch:
    """The rows at `index` (a slice, a bool mask or integer positions)."""
    return {name: tensor[index] for name, tensor in batch.items()}


def concatenate(batches: Iterable[Batch]) -> Batch:
    """Rows of all batches, one after the other; every batch has the same names.

    Texts and waves are as wide as the longest of their batch, and say their length in an entry of its own: where batches differ in
    the last dimension alone, the narrower ones are filled up with 0.

    Example:
        >>> short, long = {"wave": torch.ones(1, 2)}, {"wave": torch.ones(1, 3)}
        >>> concatenate([short, long])["wave"].tolist()
        [[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]
    """
    parts = list(batches)
    return {name: torch.cat(_as_wide([part[name] for part in parts])) for name in parts[0]}


def _as_wide(tensors: list[Tensor]) -> list[Tensor]:
    widths = {tensor.shape[-1] for tensor in tensors if tensor.ndim > 1}
    if len(widths) < 2:
        return tensors
    return [functional.pad(tensor, (0, max(widths) - tensor.shape[-1])) for tensor in tensors]


def to_device(batch: Batch, device: torch.device | str) -> Batch:
    """The same batch on another device."""
    return {name: tensor.to(device, non_blocking=True) for name, tensor in batch.items()}
