"""Audio policies, the no-search baseline and the space a search looks in."""

from augmint.audio.policy.audio_policy import AudioPolicy
from augmint.audio.policy.space import AudioPolicySpace, standard_policy
from augmint.audio.policy.stage import Stage

__all__ = ["AudioPolicy", "AudioPolicySpace", "Stage", "standard_policy"]
