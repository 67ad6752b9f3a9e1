"""Differentiable augmentation of real and generated images alike, so that little data does not overfit the discriminator.

Source: Zhao et al. 2020, "Differentiable augmentation for data-efficient GAN training" (DiffAugment); the probability that an
adaptive controller sets: Karras et al. 2020, "Training generative adversarial networks with limited data" (ADA).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import Batch, RowRandom

MAX_SHIFT = 0.125
"""Largest translation, a fraction of the side."""
CUTOUT_SIDE = 0.5
"""Side of the erased square, a fraction of the image's."""


def _rows(values: Tensor) -> Tensor:
    return values.reshape(-1, 1, 1, 1)


def brightness(image: Tensor, rng: RowRandom) -> Tensor:
    """Add a number from [-0.5, 0.5]."""
    return image + _rows(rng.uniform(1, low=-0.5, high=0.5))


def saturation(image: Tensor, rng: RowRandom) -> Tensor:
    """Scale the distance to the pixel's mean over channels by [0, 2]; grayscale has none and stays as it is."""
    factor = _rows(rng.uniform(1, low=0.0, high=2.0))
    if image.shape[1] == 1:
        return image
    mean = image.mean(dim=1, keepdim=True)
    return mean + (image - mean) * factor


def contrast(image: Tensor, rng: RowRandom) -> Tensor:
    """Scale the distance to the image's mean by [0.5, 1.5]."""
    mean = image.mean(dim=(1, 2, 3), keepdim=True)
    return mean + (image - mean) * _rows(rng.uniform(1, low=0.5, high=1.5))


def translation(image: Tensor, rng: RowRandom) -> Tensor:
    """Shift by whole pixels, at most an eighth of the side each way; what enters is 0 (mid grey)."""
    side = image.shape[-1]
    reach = max(1, round(side * MAX_SHIFT))
    shift = rng.integers(2 * reach + 1, 2) - reach
    place = torch.arange(side, device=image.device)
    # One-hot matrices move rows and columns: a product is differentiable and fast, where indexing back-propagates slowly on CPU.
    down = (place[:, None] - shift[:, 0, None, None] == place).to(image.dtype)  # (n, side, side)
    across = (place[:, None] - shift[:, 1, None, None] == place).to(image.dtype)
    return down[:, None] @ image @ across[:, None].transpose(-1, -2)


def cutout(image: Tensor, rng: RowRandom) -> Tensor:
    """Set a square of half the side, centred anywhere, to 0 (mid grey)."""
    side = image.shape[-1]
    half = side * CUTOUT_SIDE / 2
    centre = rng.uniform(2, low=0.0, high=float(side))
    place = torch.arange(side, device=image.device) + 0.5
    inside = (place - centre[:, :, None]).abs() <= half  # (n, 2, side)
    hole = inside[:, 0, :, None] & inside[:, 1, None, :]
    return image * (~hole)[:, None].to(image.dtype)


OPS: dict[str, tuple[Callable[[Tensor, RowRandom], Tensor], ...]] = {
    "color": (brightness, saturation, contrast),
    "translation": (translation,),
    "cutout": (cutout,),
}


class DiffAugment:
    """Augments a batch's images, each row by its own parameters, differentiably.

    Args:
        policy: any of "color", "translation", "cutout", applied in this order.

    Raises:
        UserError: an unknown word in `policy`.

    Example:
        >>> batch = {"image": torch.zeros(2, 1, 8, 8)}
        >>> same = DiffAugment()(batch, RowRandom(0, "doc", rows=[0, 1]), 0.0)
        >>> bool((same["image"] == batch["image"]).all())
        True
    """

    def __init__(self, policy: Sequence[str] = ("color", "translation", "cutout")) -> None:
        for word in policy:
            if word not in OPS:
                raise UserError(f"There is no augmentation {word!r}.", where="DiffAugment.policy", fix=nearest(str(word), OPS))
        self.policy = tuple(policy)

    def __call__(self, batch: Batch, rng: RowRandom, p: float = 1.0) -> Batch:
        """The batch with its images augmented.

        Args:
            batch: `{"image": float (n, C, H, H) in [-1, 1], ...}`; other entries are handed through.
            rng: n rows; every draw comes from here.
            p: probability of each operation for each row, 0 to 1.

        Returns:
            images of the same shape; brightness and contrast may leave [-1, 1].
        """
        if p <= 0 or not self.policy:
            return batch
        image = batch["image"]
        for word in self.policy:
            for op in OPS[word]:
                changed = op(image, rng)
                image = changed if p >= 1 else torch.where(_rows(rng.bernoulli(p, 1)), changed, image)
        return {**batch, "image": image}
