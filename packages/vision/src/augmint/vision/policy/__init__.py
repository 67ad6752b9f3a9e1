"""Image policies, the no-search baselines and the space a search looks in."""

from augmint.vision.policy.baselines import AUTOAUGMENT_SET, flip_crop, rand_augment, trivial_augment
from augmint.vision.policy.image_policy import ImagePolicy
from augmint.vision.policy.mixing import Mixing, MixOp
from augmint.vision.policy.space import ImagePolicySpace
from augmint.vision.policy.stage import Stage

__all__ = [
    "AUTOAUGMENT_SET", "ImagePolicy", "ImagePolicySpace", "MixOp", "Mixing", "Stage", "flip_crop", "rand_augment",
    "trivial_augment",
]
