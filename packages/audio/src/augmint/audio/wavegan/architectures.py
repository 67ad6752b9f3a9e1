"""The sound GANs by name: one file each, which registers what sets it apart."""

from augmint.audio.wavegan import istft as _istft
from augmint.audio.wavegan import wavegan as _wavegan
from augmint.audio.wavegan.registry import WaveArchitecture, architecture_names, get_architecture, register_architecture

__all__ = ["WaveArchitecture", "architecture_names", "get_architecture", "register_architecture"]

del _istft, _wavegan  # imported for their registration alone
