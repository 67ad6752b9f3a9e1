"""MixUp and CutMix: rows of a batch mixed with each other, images and soft labels alike.

Every row draws its own partner and its own share. A row always keeps the larger part of itself, so that `label` stays its most
likely class. For MixUp that gives pairs as in the paper, since a share of 0.3 with a partner is 0.7 the other way round. CutMix
departs from its paper here: a pasted box never covers more than half of an image, where the paper's may cover all of it.

Sources: Zhang et al. 2018, "mixup: beyond empirical risk minimization"; Yun et al. 2019, "CutMix: regularization strategy to
train strong classifiers with localizable features".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from scipy.special import betaincinv
from torch import Tensor

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, RowRandom, known_keys, number
from augmint.vision.ops.base import check_image, choose, from_levels, per_row, to_levels
from augmint.vision.ops.erasing import rectangle_mask


@dataclass(frozen=True)
class MixOp:
    """How often a row is mixed, [0, 1], and the `alpha` in (0, 10] of the share's Beta(alpha, alpha) distribution."""

    probability: float = 0.0
    alpha: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "probability", number(self.probability, "A mixing probability", 0, 1))
        object.__setattr__(self, "alpha", number(self.alpha, "A mixing alpha", 0.01, 10))


@dataclass(frozen=True)
class Mixing:
    """MixUp and CutMix of a policy. A row gets at most one of them, so the probabilities sum to 1 at most."""

    mixup: MixOp = field(default_factory=MixOp)
    cutmix: MixOp = field(default_factory=MixOp)

    def __post_init__(self) -> None:
        if self.mixup.probability + self.cutmix.probability > 1 + 1e-9:
            raise UserError("The probabilities of mixup and cutmix sum to more than 1.", where="policy mix", fix="Lower one.")

    def __bool__(self) -> bool:
        return self.mixup.probability > 0 or self.cutmix.probability > 0

    def to_dict(self) -> dict[str, Any]:
        return {name: {"probability": op.probability, "alpha": op.alpha}
                for name, op in (("mixup", self.mixup), ("cutmix", self.cutmix)) if op.probability > 0}

    @classmethod
    def from_dict(cls, values: Any) -> Mixing:
        """The mixing that `to_dict` gave. Raises UserError on anything else."""
        known_keys(values, {"mixup", "cutmix"}, "mix")
        for name, op in values.items():
            known_keys(op, {"probability", "alpha"}, name)
        return cls(**{name: MixOp(**op) for name, op in values.items()})

    def __call__(self, batch: Batch, rng: RowRandom) -> Batch:
        """The mixed rows: "image" as it was typed and "soft_label" (float (n, classes)); other entries as they are.

        Raises:
            UserError: the batch has no "soft_label".
        """
        image = check_image(batch)
        if not self or len(image) < 2:
            return batch
        labels = batch.get("soft_label")
        if labels is None:
            raise UserError("Mixing needs 'soft_label', one-hot rows of shape (n, classes).", where="image policy",
                            fix="Add it to the batch, or use a policy without mix.")
        n = len(image)
        unit = rng.uniform(5).cpu().double().numpy()
        partner = torch.from_numpy((np.arange(n) + 1 + (unit[:, 1] * (n - 1)).astype(np.int64)) % n).to(image.device)
        blended = unit[:, 0] < self.mixup.probability
        pasted = ~blended & (unit[:, 0] < self.mixup.probability + self.cutmix.probability)
        out, share = image.clone(), np.ones(n)
        if blended.any():
            share[blended] = larger_share(unit[blended, 2], self.mixup.alpha)
            rows = torch.from_numpy(np.flatnonzero(blended)).to(image.device)
            out[rows] = _blend(image[rows], image[partner[rows]], torch.from_numpy(share[blended]).float())
        if pasted.any():
            box, share[pasted] = cut_boxes(larger_share(unit[pasted, 2], self.cutmix.alpha), unit[pasted, 3:], *image.shape[-2:])
            rows = torch.from_numpy(np.flatnonzero(pasted)).to(image.device)
            inside = rectangle_mask(torch.from_numpy(box).to(image.device), *image.shape[-2:])
            out[rows] = choose(inside, image[partner[rows]], image[rows])
        part = torch.from_numpy(share).to(labels.device, labels.dtype).unsqueeze(1)
        return {**batch, "image": out, "soft_label": labels * part + labels[partner.to(labels.device)] * (1 - part)}


def larger_share(unit: np.ndarray, alpha: float) -> np.ndarray:
    """A row's own share: the larger part of a split distributed as Beta(alpha, alpha), in [0.5, 1], from uniforms (n,)."""
    return np.maximum(split := betaincinv(alpha, alpha, unit), 1 - split)


def cut_boxes(share: np.ndarray, unit: np.ndarray, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Boxes that cover about 1 - share of the image, int64 (n, 4) (left, top, right, bottom), centred by `unit` (n, 2) and
    clipped to the image, and the share that is left exactly."""
    half = np.sqrt(1 - share) / 2
    x, y = unit[:, 0] * width, unit[:, 1] * height
    box = np.stack([np.clip(x - half * width, 0, width), np.clip(y - half * height, 0, height),
                    np.clip(x + half * width, 0, width), np.clip(y + half * height, 0, height)], axis=1).round().astype(np.int64)
    return box, 1 - (box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1]) / (height * width)


def _blend(image: Tensor, other: Tensor, share: Tensor) -> Tensor:
    own = per_row(share, image)
    return from_levels(to_levels(image) * own + to_levels(other) * (1 - own), image)
