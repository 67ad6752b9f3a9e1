"""Building blocks that generators and discriminators share."""

from augmint.vision.nets.blocks import ConditionalBlock, DownBlock, ResidualBlock
from augmint.vision.nets.geometry import BASE_GRIDS, MAX_SIZE, MIN_SIZE, base_grid, centre_crop, centre_pad, stage_widths
from augmint.vision.nets.resample import Downsample, Upsample

__all__ = [
    "BASE_GRIDS", "MAX_SIZE", "MIN_SIZE", "ConditionalBlock", "DownBlock", "Downsample", "ResidualBlock", "Upsample", "base_grid",
    "centre_crop", "centre_pad", "stage_widths",
]
