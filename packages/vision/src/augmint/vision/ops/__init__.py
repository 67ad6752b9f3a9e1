"""Image augmentation ops over whole batches, with different parameters for every row.

Importing this room registers the ops that come with augmint.
"""

from augmint.vision.ops import affine, blur, crop, enhance, erasing, flip, histogram, identity, jpeg, noise, tone
from augmint.vision.ops.base import PixelOp, SwitchOp, check_image, from_levels, luminance, to_levels
from augmint.vision.ops.geometric import GeometricOp
from augmint.vision.ops.registry import get_op, ops, register
from augmint.vision.ops.resample import FILLS, compose, identity_maps, resample

__all__ = [
    "FILLS", "GeometricOp", "PixelOp", "SwitchOp", "check_image", "compose", "from_levels", "get_op", "identity_maps",
    "luminance", "ops", "register", "resample", "to_levels",
]

_FAMILIES = (affine, blur, crop, enhance, erasing, flip, histogram, identity, jpeg, noise, tone)
