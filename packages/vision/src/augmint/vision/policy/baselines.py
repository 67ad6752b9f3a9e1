"""The no-search baselines: TrivialAugment and RandAugment over the AutoAugment set of 14 ops."""

from __future__ import annotations

from augmint.core.errors import UserError
from augmint.vision.policy.image_policy import ImagePolicy
from augmint.vision.policy.mixing import Mixing
from augmint.vision.policy.stage import Stage

GEOMETRIC = ("shear_x", "shear_y", "translate_x", "translate_y", "rotate")
COLOUR = ("brightness", "color", "contrast", "sharpness", "posterize", "solarize", "auto_contrast", "equalize")
AUTOAUGMENT_SET = ("identity", *GEOMETRIC, *COLOUR)

# RandAugment's ranges (rotation by 30 degrees, shear by 0.3, 4 bits cut, factors of 0.9) as parts of the wide ranges of the ops.
NARROW = {"rotate": 30 / 135, "shear_x": 0.3 / 0.99, "shear_y": 0.3 / 0.99, "posterize": 4 / 6,
          **dict.fromkeys(("brightness", "color", "contrast", "sharpness"), 0.9 / 0.99)}
RAND_AUGMENT_LEVELS = 30


def flip_crop(flip: float = 0.5, crop: float = 0.5) -> tuple[Stage, ...]:
    """The customary prior: mirrored with chance `flip`, then padded and cropped; crop 0.5 is 4 pixels of 32."""
    stages = (Stage({"flip": 1}, flip, (1, 1)), Stage({"crop": 1}, 1, (crop, crop)))
    return tuple(stage for stage, used in zip(stages, (flip, crop)) if used)


def trivial_augment(flip: float = 0.0, crop: float = 0.0, mixing: Mixing | None = None) -> ImagePolicy:
    """One of 14 ops for every row, all equally likely, its magnitude uniform over the wide range.

    Args:
        flip: chance of a horizontal flip first, [0, 1].
        crop: magnitude of a pad-and-crop first, [0, 1].
        mixing: MixUp and CutMix afterwards.

    Source: Mueller & Hutter 2021, "TrivialAugment: tuning-free yet state-of-the-art data augmentation".

    Example:
        >>> len(trivial_augment().stages[0].ops)
        14
    """
    return ImagePolicy((*flip_crop(flip, crop), Stage(dict.fromkeys(AUTOAUGMENT_SET, 1.0))), mixing or Mixing())


def rand_augment(n: int = 2, m: float = 9, flip: float = 0.0, crop: float = 0.0, mixing: Mixing | None = None) -> ImagePolicy:
    """`n` ops one after the other for every row, each drawn from the 14 with equal chance, all at magnitude `m` of 30.

    Raises:
        UserError: n is not between 1 and 14, or m not between 0 and 30.

    Source: Cubuk et al. 2020, "RandAugment: practical automated data augmentation with a reduced search space".
    """
    if not 1 <= n <= len(AUTOAUGMENT_SET) or not 0 <= m <= RAND_AUGMENT_LEVELS:
        raise UserError(f"RandAugment is called with n={n!r}, m={m!r}.", where="rand_augment",
                        fix=f"n is 1 to {len(AUTOAUGMENT_SET)}, m 0 to {RAND_AUGMENT_LEVELS}.")
    level = m / RAND_AUGMENT_LEVELS
    stage = Stage(dict.fromkeys(AUTOAUGMENT_SET, 1.0), 1.0, (level, level), NARROW)
    return ImagePolicy((*flip_crop(flip, crop), *([stage] * n)), mixing or Mixing())
