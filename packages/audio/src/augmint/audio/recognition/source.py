"""Which recogniser: the recipe's words for it, checked before any weight is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augmint.core.errors import UserError, nearest

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
# Masks that a model lays over its own input: off, so that arms differ by the policy alone.
_OWN_MASKS = {"apply_spec_augment": False, "mask_time_prob": 0.0, "mask_feature_prob": 0.0}


def check_model(model: Mapping[str, Any]) -> None:
    """Raise UserError where the recipe's `model` section cannot name a speech recogniser; loads no weights."""
    recogniser_config(model)


def recogniser_config(model: Mapping[str, Any]) -> Any:
    """The config of the model that the section names, with no masks of its own over the input.

    Raises:
        UserError: a key is unknown, the name cannot be loaded, values are refused, or such a model transcribes no speech.
    """
    from transformers import AutoModelForCTC, AutoModelForSpeechSeq2Seq

    for key in model:
        if key not in ("name_or_path", "scratch"):
            raise UserError(f"{key!r} is not a key of model.", where=f"model.{key}", fix=nearest(key, ["name_or_path", "scratch"]))
    if model.get("name_or_path") and model.get("scratch"):
        raise UserError("Both name_or_path and scratch are given.", where="model", fix="Give one of them.")
    if not isinstance(model.get("name_or_path"), str | None):
        raise UserError(f"name_or_path is {model['name_or_path']!r}.", where="model.name_or_path", fix="Give a hub id or a folder.")
    config = _loaded(str(model["name_or_path"])) if model.get("name_or_path") else _scratch(model.get("scratch"))
    if not any(type(config) in auto._model_mapping for auto in (AutoModelForCTC, AutoModelForSpeechSeq2Seq)):
        raise UserError(
            f"A {config.model_type} model does not transcribe speech.",
            where="model",
            fix="Name a CTC model (Wav2Vec2, HuBERT, Parakeet, say) or one that writes (Whisper, Moonshine, say).",
        )
    for name, value in _OWN_MASKS.items():
        if hasattr(config, name):
            setattr(config, name, value)
    return config


def _loaded(name: str) -> Any:
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise UserError(
            f"The model {name!r} cannot be loaded ({str(error).splitlines()[0]})",
            where="model.name_or_path",
            fix="Check the name, or give a local folder with config.json and weights.",
        ) from error


def _scratch(given: Any) -> Any:
    from transformers import AutoConfig
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    given = DEFAULT_SCRATCH if given is None else given
    if not isinstance(given, Mapping) or "model_type" not in given:
        raise UserError(
            "A scratch model has no model_type.", where="model.scratch", fix="Write scratch: {model_type: parakeet_ctc}, say."
        )
    values = {**_defaults(given["model_type"]), **given}
    kind = values.pop("model_type")
    if kind not in CONFIG_MAPPING_NAMES:
        raise UserError(f"{kind!r} is no model type.", where="model.scratch.model_type", fix=nearest(kind, CONFIG_MAPPING_NAMES))
    if kind == DEFAULT_SCRATCH["model_type"] and isinstance(values["encoder_config"], Mapping):
        values["encoder_config"] = {**DEFAULT_SCRATCH["encoder_config"], **values["encoder_config"]}
    try:
        config = AutoConfig.for_model(kind, **values)
    except Exception as error:  # config classes validate in many ways; each message is about the user's values
        raise UserError(f"The config is refused: {error}", where="model.scratch", fix="See the model's documentation.") from error
    _check_keys(values, type(config)(), "model.scratch")
    return config


def _defaults(kind: Any) -> dict[str, Any]:
    return DEFAULT_SCRATCH if kind == DEFAULT_SCRATCH["model_type"] else {}


def _check_keys(values: Mapping[str, Any], config: Any, where: str) -> None:
    """Configs take any key; one that they do not know is a slip of the pen."""
    known = config.to_dict()
    for key, value in values.items():
        if key not in known and key not in type(config).attribute_map:
            raise UserError(f"{key!r} is not a value of {config.model_type} configs.", where=where, fix=nearest(key, known))
        part = getattr(config, key, None)
        if isinstance(value, Mapping) and hasattr(part, "to_dict"):
            _check_keys(value, part, f"{where}.{key}")
