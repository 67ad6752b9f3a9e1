"""Which recogniser: the recipe's words for it, checked before any weight is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augmint.audio.models.config import model_config

# A small Fast Conformer (1.4 million weights) that reads mel features and answers 25 times a second. After two CPU-minutes on 200
# synthetic prompts it mistakes 29 % of the characters of unheard ones; a Wav2Vec2-BERT of that size 37 % (after one: 30 and 63 %),
# and a Wav2Vec2, which reads the raw wave, still writes nothing. Weights start at 1 / sqrt(width).
DEFAULT_SCRATCH: dict[str, Any] = {
    "model_type": "parakeet_ctc",
    "encoder_config": {
        "hidden_size": 144,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "intermediate_size": 288,
        "subsampling_factor": 4,
        "subsampling_conv_channels": 32,
        "initializer_range": 0.0833,
        "dropout": 0.05,
        "attention_dropout": 0.05,
        "activation_dropout": 0.05,
        "layerdrop": 0.0,
    },
}


def recogniser_config(model: Mapping[str, Any]) -> Any:
    """The config of the model that the section names. Raises UserError where it cannot name a speech recogniser."""
    from transformers import AutoModelForCTC, AutoModelForSpeechSeq2Seq

    return model_config(
        model, [AutoModelForCTC, AutoModelForSpeechSeq2Seq], DEFAULT_SCRATCH, "transcribe speech", "Wav2Vec2, Parakeet, Whisper"
    )


def check_model(model: Mapping[str, Any]) -> None:
    """Raise UserError where the recipe's `model` section cannot name a speech recogniser; loads no weights."""
    recogniser_config(model)
