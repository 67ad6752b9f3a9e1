"""What the image ops share: the working representation and the two kinds of op.

Images are uint8, or floating point in [0, 1], shape (n, C, H, W) with any C. Pixel ops work on *levels*: float32 in [0, 255].
Row i of every result has the same bits whatever the other rows are. So sums over pixels are taken over integers (exact in any
order), and nothing here goes through matrix multiplication or convolution kernels that choose their algorithm by batch size.
"""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import Tensor

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Op, RowRandom


def check_image(batch: Batch) -> Tensor:
    """The batch's images. Raises UserError unless they are uint8 or floating point of shape (n, C, H, W)."""
    image = batch.get("image")
    if image is None:
        raise UserError("The batch has no 'image'.", where="image policy", fix=f"It has {sorted(batch)}.")
    if image.ndim != 4 or not (image.dtype == torch.uint8 or image.is_floating_point()):
        raise UserError(f"'image' has shape {tuple(image.shape)} and type {image.dtype}.", where="image policy",
                        fix="Give uint8, or floating point in [0, 1], of shape (n, channels, height, width).")
    return image


def to_levels(image: Tensor) -> Tensor:
    """A new float32 tensor in [0, 255]."""
    return image.float() if image.dtype == torch.uint8 else image.float() * 255.0


def from_levels(levels: Tensor, like: Tensor) -> Tensor:
    """Levels in the type of `like`: rounded to uint8, or scaled back to [0, 1]. May overwrite `levels`."""
    levels = levels.clamp_(0.0, 255.0)
    return levels.round_().to(torch.uint8) if like.dtype == torch.uint8 else levels.div_(255.0).to(like.dtype)


def per_row(parameter: Tensor, image: Tensor) -> Tensor:
    """A (n,) parameter as (n, 1, 1, 1) on the image's device."""
    return parameter.to(image.device).reshape(-1, 1, 1, 1)


def luminance(levels: Tensor) -> Tensor:
    """Brightness of every pixel, (n, 1, H, W): ITU-R 601 weights for 3 channels, the channels' mean for other counts."""
    if levels.shape[1] == 1:
        return levels
    if levels.shape[1] == 3:
        return levels[:, :1] * 0.299 + levels[:, 1:2] * 0.587 + levels[:, 2:] * 0.114
    total = levels[:, :1]
    for channel in range(1, levels.shape[1]):  # explicit order: the same bits for every batch
        total = total + levels[:, channel:channel + 1]
    return total / levels.shape[1]


def mean_level(levels: Tensor) -> Tensor:
    """Mean of the rounded levels over height and width, (n, C, 1, 1), exact to float32."""
    n, channels, height, width = levels.shape
    total = levels.round().to(torch.int32).flatten(2).sum(2, dtype=torch.int64)
    return (total.float() / (height * width)).reshape(n, channels, 1, 1)


def signs(rng: RowRandom) -> Tensor:
    """-1 or 1 with equal chance, float32 (n,)."""
    return 1.0 - 2.0 * rng.bernoulli(0.5).float()


def choose(mask: Tensor, then: Tensor | float, otherwise: Tensor) -> Tensor:
    """`then` where `mask` (bool, broadcasting), else `otherwise`; several times as fast on the CPU as torch.where."""
    part = mask.to(otherwise.dtype)
    return otherwise * (1 - part) + part * then


class PixelOp(Op):
    """An op on pixel values: subclasses say what happens to levels."""

    @abstractmethod
    def transform(self, levels: Tensor, parameters: Batch) -> Tensor:
        """New levels out of float32 (n, C, H, W) in [0, 255]; values outside are clamped by the caller."""

    def apply(self, batch: Batch, parameters: Batch) -> Batch:
        image = batch["image"]
        return {**batch, "image": from_levels(self.transform(to_levels(image), parameters), image)}


class SwitchOp(PixelOp):
    """A pixel op without strength: magnitude 0 leaves the row as it is, anything above applies it in full."""

    @abstractmethod
    def switched(self, levels: Tensor) -> Tensor:
        """The op in full."""

    def draw(self, rng: RowRandom, magnitude: Tensor, batch: Batch) -> Batch:
        return {"on": magnitude > 0}

    def transform(self, levels: Tensor, parameters: Batch) -> Tensor:
        on = parameters["on"]
        changed = self.switched(levels)
        return changed if bool(on.all()) else choose(per_row(on, levels), changed, levels)
