"""How an image size becomes a small base grid and a number of doublings."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from augmint.core.errors import UserError

MIN_SIZE, MAX_SIZE = 8, 256
BASE_GRIDS = (4, 5, 6, 7)


def base_grid(image_size: int) -> tuple[int, int]:
    """The base side `b` in 4..7 and the doublings `k` with the least `b * 2**k >= image_size`.

    Raises:
        UserError: the size is not a whole number from 8 to 256.

    Example:
        >>> base_grid(28), base_grid(32), base_grid(20), base_grid(8), base_grid(9)
        ((7, 2), (4, 3), (5, 2), (4, 1), (5, 1))
    """
    if not isinstance(image_size, int) or isinstance(image_size, bool) or not MIN_SIZE <= image_size <= MAX_SIZE:
        raise UserError(
            f"image_size is {image_size!r}.", where="generator", fix=f"Use a whole number of pixels from {MIN_SIZE} to {MAX_SIZE}."
        )
    fits = [(side * 2**k, side, k) for side in BASE_GRIDS for k in range(1, 7) if side * 2**k >= image_size]
    _, side, k = min(fits)
    return side, k


def stage_widths(base: int, largest: int, doublings: int) -> list[int]:
    """Channels from the base grid outwards: `base` at the finest stage, doubled a stage inwards up to `largest`.

    The full-resolution pixels have no stage of their own: they are read and written by one strided convolution each, because
    there every channel costs four times what it costs one stage further in.

    Example:
        >>> stage_widths(32, 128, 3)
        [128, 64, 32]
    """
    return [min(largest, base * 2**depth) for depth in reversed(range(doublings))]


def centre_crop(image: Tensor, size: int) -> Tensor:
    """The middle `size` x `size` pixels of (n, C, H, W), H = W >= size."""
    start = (image.shape[-1] - size) // 2
    return image if image.shape[-1] == size else image[..., start : start + size, start : start + size]


def centre_pad(image: Tensor, size: int) -> Tensor:
    """(n, C, H, W) in the middle of `size` x `size` zeros: the inverse place of `centre_crop`."""
    missing = size - image.shape[-1]
    return image if missing == 0 else F.pad(image, (missing // 2, missing - missing // 2) * 2)
