"""Sound and speech for augmint. The names below are imported when they are first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from augmint.core.lazy import lazy_names

if TYPE_CHECKING:
    from augmint.audio.classification.task import AudioClassification
    from augmint.audio.codec import AudioCodec
    from augmint.audio.policy import AudioPolicy, AudioPolicySpace, standard_policy
    from augmint.audio.recognition.task import SpeechRecognition
    from augmint.audio.surroundings import Surroundings
    from augmint.audio.vocoder import MelVocoderConfig, MelVocoderGenerator, VocoderDiscriminator
    from augmint.audio.wavegan import ConditionalWaveGenerator, WaveDiscriminator, WaveGeneratorConfig

_HOMES = {
    "AudioClassification": "classification.task",
    "AudioCodec": "codec",
    "AudioPolicy": "policy",
    "AudioPolicySpace": "policy",
    "ConditionalWaveGenerator": "wavegan",
    "MelVocoderConfig": "vocoder",
    "MelVocoderGenerator": "vocoder",
    "SpeechRecognition": "recognition.task",
    "Surroundings": "surroundings",
    "VocoderDiscriminator": "vocoder",
    "WaveDiscriminator": "wavegan",
    "WaveGeneratorConfig": "wavegan",
    "standard_policy": "policy",
}

__all__ = [
    "AudioClassification",
    "AudioCodec",
    "AudioPolicy",
    "AudioPolicySpace",
    "ConditionalWaveGenerator",
    "MelVocoderConfig",
    "MelVocoderGenerator",
    "SpeechRecognition",
    "Surroundings",
    "VocoderDiscriminator",
    "WaveDiscriminator",
    "WaveGeneratorConfig",
    "standard_policy",
]


__getattr__, __dir__ = lazy_names(__name__, _HOMES)
