"""Torch state that minting borrows and gives back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


def accelerator() -> torch.device:
    """The accelerator there is, else the CPU."""
    return torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")


@contextmanager
def fixed_threads(count: int) -> Iterator[None]:
    """Torch on so many threads: sums are split by thread, so another count may round differently."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def evaluating(*modules: nn.Module | None) -> Iterator[None]:
    """Networks in evaluation mode, and back."""
    present = [(module, module.training) for module in modules if module is not None]
    for module, _ in present:
        module.eval()
    try:
        yield
    finally:
        for module, training in present:
            module.train(training)


