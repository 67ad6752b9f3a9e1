"""The recipe's `model` section as a Transformers config, checked before any weight is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from augmint.core.errors import UserError, nearest

KEYS = ("name_or_path", "scratch")
"""Of the section; a task may know more (`Task.model_keys`)."""
# Masks that a model lays over its own input: off, so that arms differ by the policy alone.
_OWN_MASKS = {"apply_spec_augment": False, "mask_time_prob": 0.0, "mask_feature_prob": 0.0}


def model_config(
    model: Mapping[str, Any],
    kinds: Sequence[Any],
    default: Mapping[str, Any],
    task: str,
    example: str,
    *,
    keys: Sequence[str] = KEYS,
    values: Mapping[str, Any] | None = None,
) -> Any:
    """The config of the model that the section names, with no masks of its own over the input.

    Args:
        model: `{"name_or_path": ...}` or `{"scratch": {"model_type": ..., ...}}`; {} takes the default.
        kinds: auto classes of which one must know the config, such as `AutoModelForCTC`.
        default: the scratch model where the recipe names none; completes one that names no more than its type.
        task: what such a model does, in words: "classify clips", say.
        example: models that do, in words.
        keys: what the section may have.
        values: config values that win over the model's own, such as `id2label`.

    Raises:
        UserError: a key is unknown, the name cannot be loaded, values are refused, or such a model does something else.
    """
    for key in model:
        if key not in keys:
            raise UserError(f"{key!r} is not a key of model.", where=f"model.{key}", fix=nearest(key, keys))
    if model.get("name_or_path") and model.get("scratch"):
        raise UserError("Both name_or_path and scratch are given.", where="model", fix="Give one of them.")
    if not isinstance(model.get("name_or_path"), str | None):
        raise UserError(f"name_or_path is {model['name_or_path']!r}.", where="model.name_or_path", fix="Give a hub id or a folder.")
    name = model.get("name_or_path")
    more = values or {}
    config = _loaded(str(name), more) if name else _scratch(model.get("scratch"), default, more)
    if not any(type(config) in kind._model_mapping for kind in kinds):
        raise UserError(f"A {config.model_type} model does not {task}.", where="model", fix=f"Name one that does ({example}, say).")
    for key, value in _OWN_MASKS.items():
        if hasattr(config, key):
            setattr(config, key, value)
    return config


def _loaded(name: str, more: Mapping[str, Any]) -> Any:
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(name, **more)
    except (OSError, ValueError) as error:
        raise UserError(
            f"The model {name!r} cannot be loaded ({str(error).splitlines()[0]})",
            where="model.name_or_path",
            fix="Check the name, or give a local folder with config.json and weights.",
        ) from error


def _scratch(given: Any, default: Mapping[str, Any], more: Mapping[str, Any]) -> Any:
    from transformers import AutoConfig
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    given = default if given is None else given
    if not isinstance(given, Mapping) or "model_type" not in given:
        example = f"Write scratch: {{model_type: {default['model_type']}}}, say."
        raise UserError("A scratch model has no model_type.", where="model.scratch", fix=example)
    values = _over(default, given) if given["model_type"] == default["model_type"] else dict(given)
    kind = values.pop("model_type")
    if kind not in CONFIG_MAPPING_NAMES:
        raise UserError(f"{kind!r} is no model type.", where="model.scratch.model_type", fix=nearest(kind, CONFIG_MAPPING_NAMES))
    try:
        config = AutoConfig.for_model(kind, **{**values, **more})
    except Exception as error:  # config classes validate in many ways; each message is about the user's values
        raise UserError(f"The config is refused: {error}", where="model.scratch", fix="See the model's documentation.") from error
    _check_keys(values, type(config)(), "model.scratch")
    return config


def _over(default: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The default with the given values laid over it, sections within sections too."""
    merged = dict(default)
    for key, value in given.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _over(merged[key], value) if both else value
    return merged


def _check_keys(values: Mapping[str, Any], config: Any, where: str) -> None:
    """Configs take any key; one that they do not know is a slip of the pen."""
    known = config.to_dict()
    for key, value in values.items():
        if key not in known and key not in type(config).attribute_map:
            raise UserError(f"{key!r} is not a value of {config.model_type} configs.", where=where, fix=nearest(key, known))
        part = getattr(config, key, None)
        if isinstance(value, Mapping) and hasattr(part, "to_dict"):
            _check_keys(value, part, f"{where}.{key}")
