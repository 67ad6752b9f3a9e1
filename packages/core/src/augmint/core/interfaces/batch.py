"""The one data type that travels between rooms: a batch of rows as tensors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import torch
from torch import Tensor

Batch: TypeAlias = dict[str, Tensor]
"""Name -> tensor with rows along dimension 0. Names are those of the modality ("image", "label", "input_ids", ...)."""


def batch_size(batch: Batch) -> int:
    """Number of rows."""
    return len(next(iter(batch.values())))


def select(batch: Batch, index: Any) -> Batch:
    """The rows at `index` (a slice, a bool mask or integer positions)."""
    return {name: tensor[index] for name, tensor in batch.items()}


def concatenate(batches: Iterable[Batch]) -> Batch:
    """Rows of all batches, one after the other; every batch has the same names."""
    parts = list(batches)
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}


def to_device(batch: Batch, device: torch.device | str) -> Batch:
    """The same batch on another device."""
    return {name: tensor.to(device, non_blocking=True) for name, tensor in batch.items()}
