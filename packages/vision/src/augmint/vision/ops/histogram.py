"""Ops that look at each channel's histogram: auto_contrast and equalize, as Pillow's `ImageOps` defines them.

Neither has a strength: any magnitude above 0 applies it in full.
"""

from __future__ import annotations

import torch
from torch import Tensor

from augmint.vision.ops.base import SwitchOp
from augmint.vision.ops.registry import register


@register
class AutoContrast(SwitchOp):
    """Stretches every channel to the full range. A channel of one value stays as it is."""

    name = "auto_contrast"

    def switched(self, levels: Tensor) -> Tensor:
        flat = levels.flatten(2)
        low, high = flat.amin(2).view(*levels.shape[:2], 1, 1), flat.amax(2).view(*levels.shape[:2], 1, 1)
        flatly = high <= low
        return (levels - low.masked_fill(flatly, 0.0)) * (255.0 / (high - low)).masked_fill(flatly, 1.0)


@register
class Equalize(SwitchOp):
    """Makes every channel's histogram as flat as 256 levels allow. Floating point images are rounded to levels first."""

    name = "equalize"

    def switched(self, levels: Tensor) -> Tensor:
        index = levels.round().long().flatten(2).flatten(0, 1)  # (n C, H W)
        count = len(index)
        offset = 256 * torch.arange(count, device=levels.device).unsqueeze(1)
        histogram = torch.bincount((index + offset).flatten(), minlength=256 * count).view(count, 256)
        last = histogram.gather(1, index.amax(1, keepdim=True))
        step = (index.shape[1] - last) // 255
        below = histogram.cumsum(1) - histogram
        table = ((step // 2 + below) // step.clamp(min=1)).clamp(max=255)
        table = torch.where(step > 0, table, torch.arange(256, device=levels.device))
        return table.gather(1, index).view(levels.shape).to(levels.dtype)
