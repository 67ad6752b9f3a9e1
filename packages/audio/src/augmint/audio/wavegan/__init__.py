"""Class-conditional GANs of short clips: keywords, digits, sounds."""

from augmint.audio.wavegan.augment import WaveAugment
from augmint.audio.wavegan.config import WaveDiscriminatorConfig, WaveGeneratorConfig
from augmint.audio.wavegan.discriminator import WaveDiscriminator
from augmint.audio.wavegan.generator import ConditionalWaveGenerator
from augmint.audio.wavegan.objective import wavegan_defaults, wavegan_objective
from augmint.audio.wavegan.pair import DEFAULT_GENERATOR, build_pair, check_generator_values, generator_names
from augmint.audio.wavegan.rows import WaveRows
from augmint.audio.wavegan.window import fit, sound_length, window_for

__all__ = ["DEFAULT_GENERATOR", "ConditionalWaveGenerator", "WaveAugment", "WaveDiscriminator", "WaveDiscriminatorConfig",
           "WaveGeneratorConfig", "WaveRows", "build_pair", "check_generator_values", "fit", "generator_names", "sound_length",
           "wavegan_defaults", "wavegan_objective", "window_for"]  # fmt: skip
