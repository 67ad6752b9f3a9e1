"""How much generated rows differ from each other, beside how much real ones do: the sign of mode collapse."""

from __future__ import annotations

import torch
from torch import Tensor

from augmint.core.interfaces import Batch


@torch.no_grad()
def spread(values: Tensor, groups: Tensor | None = None) -> Tensor:
    """Root mean squared distance of an entry from its mean over the rows of its group.

    Args:
        values: float, (n, ...).
        groups: int64 (n,), such as class labels; None: one group.

    Returns:
        float32 scalar. Groups of one row count with distance 0.

    Example:
        >>> float(spread(torch.tensor([[0.0], [2.0], [5.0], [5.0]]), torch.tensor([0, 0, 1, 1])))
        0.7071067690849304
    """
    flat = values.float().flatten(1)
    if groups is None:
        return (flat - flat.mean(0)).square().mean().sqrt()
    _, index = torch.unique(groups, return_inverse=True)
    count = torch.bincount(index).to(flat)
    means = torch.zeros(len(count), flat.shape[1], device=flat.device).index_add_(0, index, flat) / count[:, None]
    return (flat - means[index]).square().mean().sqrt()


def spread_figures(real: Batch, fake: Batch, output_key: str) -> dict[str, Tensor]:
    """ "real_spread" and "fake_spread" within conditions; nothing for rows that are no floats (tokens, say)."""
    if any(output_key not in batch or not batch[output_key].is_floating_point() for batch in (real, fake)):
        return {}
    others = [value for name, value in sorted(real.items()) if name != output_key]
    labels = [value for value in others if value.dtype == torch.int64 and value.dim() == 1]
    groups = labels[0] if len(labels) == 1 else None
    if groups is not None and len(torch.unique(groups)) > len(groups) // 2:
        groups = None  # hardly two rows a group: the spread inside says nothing
    return {"real_spread": spread(real[output_key], groups), "fake_spread": spread(fake[output_key], groups)}
