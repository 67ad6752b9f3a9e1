"""The image GANs by name: one file each, which registers what sets it apart."""

from augmint.vision.architectures import r3gan as _r3gan
from augmint.vision.architectures import sngan as _sngan
from augmint.vision.architectures.registry import Architecture, architecture_names, get_architecture, register_architecture

__all__ = ["Architecture", "architecture_names", "get_architecture", "register_architecture"]

del _r3gan, _sngan  # imported for their registration alone
