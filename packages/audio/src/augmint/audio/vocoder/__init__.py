"""The mel vocoder: generator, discriminator, objective and training segments."""

from augmint.audio.vocoder.config import SEGMENT, MelVocoderConfig, VocoderDiscriminatorConfig
from augmint.audio.vocoder.discriminator import HeadOutput, VocoderDiscriminator
from augmint.audio.vocoder.generator import MelVocoderGenerator
from augmint.audio.vocoder.objective import VocoderObjective
from augmint.audio.vocoder.pair import DEFAULT_VOCODER, build_vocoder, check_vocoder_values, vocoder_defaults
from augmint.audio.vocoder.segments import SegmentRows
from augmint.audio.vocoder.spectral import SpectralDistance

__all__ = [
    "DEFAULT_VOCODER",
    "SEGMENT",
    "HeadOutput",
    "MelVocoderConfig",
    "MelVocoderGenerator",
    "SegmentRows",
    "SpectralDistance",
    "VocoderDiscriminator",
    "VocoderDiscriminatorConfig",
    "VocoderObjective",
    "build_vocoder",
    "check_vocoder_values",
    "vocoder_defaults",
]
