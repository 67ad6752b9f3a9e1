"""Which recogniser: the recipe's words for it, checked before any weight is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from augmint.audio.models.config import KEYS, model_config
from augmint.core.errors import UserError, nearest

# A small Fast Conformer that reads mel features and answers 25 times a second: of the families that were tried at this size it
# learnt quickest from little speech. Weights start at 1 / sqrt(width).
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

    kinds = [AutoModelForCTC, AutoModelForSpeechSeq2Seq]
    keys = (*KEYS, "language", "window_seconds")
    return model_config(model, kinds, DEFAULT_SCRATCH, "transcribe speech", "Wav2Vec2, Parakeet, Whisper", keys=keys)


def check_model(model: Mapping[str, Any]) -> None:
    """Raise UserError where the recipe's `model` section cannot name a speech recogniser; loads no weights."""
    from transformers import GenerationConfig

    recogniser_config(model)
    name, generation = model.get("name_or_path"), None
    if name is not None:
        with suppress(OSError):  # models that don't write have none
            generation = GenerationConfig.from_pretrained(name)
    check_language(generation, model.get("language"))


def check_language(generation: Any, language: Any) -> None:
    """Raise UserError where a model of many languages is not told which, or another is told one, or one that it does not know.

    Args:
        generation: the model's `GenerationConfig`, None of a model without one (from nothing, or that does not write).
        language: as the recipe gives it.
    """
    where = "model.language"
    if not getattr(generation, "is_multilingual", False):
        if language is not None:
            raise UserError(
                f"The language is {language!r}, and the model has no choice of languages.", where=where, fix="Leave it out."
            )
        return
    known = {code.strip("<|>") for code in getattr(generation, "lang_to_id", None) or {}}
    language = language if language is not None else getattr(generation, "language", None)
    if language is None:
        what = "The model writes many languages and is not told which: it would be trained for one and asked for another."
        raise UserError(what, where=where, fix="Give the code of the transcripts' language, such as language: de.")
    if known and language not in known:
        raise UserError(f"The model knows no language {language!r}.", where=where, fix=nearest(str(language), known))
