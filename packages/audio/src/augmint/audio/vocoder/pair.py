"""A matching vocoder and discriminator, and arguments that suit the amount of speech."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augmint.audio.vocoder.config import MelVocoderConfig, VocoderDiscriminatorConfig
from augmint.audio.vocoder.discriminator import VocoderDiscriminator
from augmint.audio.vocoder.generator import MelVocoderGenerator
from augmint.core.adversarial.pair import NetworkPair

DEFAULT_VOCODER = "vocos"
_PAIR = NetworkPair(
    MelVocoderGenerator, VocoderDiscriminator, MelVocoderConfig, VocoderDiscriminatorConfig, ("sampling_rate", "architecture")
)


def check_vocoder_values(values: Mapping[str, Any]) -> None:
    """Raise UserError naming the nearest known word where a key is unknown."""
    _PAIR.check(values)


def build_vocoder(
    values: Mapping[str, Any] | None = None, *, name: str = DEFAULT_VOCODER, sampling_rate: int = 16_000, seed: int = 0
) -> tuple[MelVocoderGenerator, VocoderDiscriminator]:
    """A fresh vocoder and discriminator, initialised from `seed` without touching the global generator.

    Args:
        values: configuration values; `discriminator_<key>` for the discriminator.
        name: the architecture, "vocos" or "hifigan".
        sampling_rate: of the clips, in Hz.
        seed: keys the initial weights.

    Raises:
        UserError: an unknown key (naming the nearest), or a value out of range.

    Example:
        >>> generator, discriminator = build_vocoder({"dim": 8, "layers": 1, "discriminator_period_channels": 1})
        >>> generator.config.sampling_rate, discriminator.config.period_channels
        (16000, 1)
    """
    return _PAIR.build("mel_vocoder", values or {}, {"sampling_rate": sampling_rate, "architecture": name}, seed)


def vocoder_defaults(rows: int) -> dict[str, Any]:
    """Values of AdversarialArguments that suit this many segments of training speech.

    Example:
        >>> vocoder_defaults(50_000)["adam_beta1"]
        0.8
    """
    values: dict[str, Any] = {
        "max_steps": 3000 if rows < 2000 else 6000,
        "per_device_train_batch_size": 8,
        "learning_rate": 4e-3,
        "lr_scheduler_type": "cosine_with_min_lr",
        "lr_scheduler_kwargs": {"min_lr_rate": 0.05},
        "warmup_steps": 100,
        "adam_beta1": 0.8,
        "adam_beta2": 0.99,
        "max_grad_norm": 100.0,
        "ema_half_life": 10_000.0,
        "ema_rampup": 0.1,
    }
    return values
