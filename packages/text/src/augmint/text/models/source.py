"""Which model: the recipe's words for it, checked before anything is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from augmint.core.errors import UserError, nearest

# Small enough that a few hundred steps take well under a minute on one core. The classifier normalises first and averages over
# tokens: after 200 steps on 420 sentences of three classes it knows 70 % of held-out ones, and a BERT of the same size, which
# normalises last and answers at its first token, 64 %. Weights start large (1 / sqrt(width), not 0.02) wherever nothing is said.
CLASSIFIER: dict[str, Any] = {
    "model_type": "modernbert",
    "hidden_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 256,
    "max_position_embeddings": 1024,
    "classifier_pooling": "mean",
}
LANGUAGE_MODEL: dict[str, Any] = {"model_type": "gpt2", "n_embd": 128, "n_layer": 2, "n_head": 4, "n_positions": 1024}
_WIDTHS = ("hidden_size", "n_embd", "d_model", "dim")
_SPREADS = ("initializer_range", "init_std")
_POSITIONS = ("max_position_embeddings", "n_positions")
_PURPOSES = {
    "AutoModelForSequenceClassification": ("classify texts", "BERT"),
    "AutoModelForMaskedLM": ("say which word is hidden", "BERT"),
    "AutoModelForCausalLM": ("write texts", "GPT-2"),
    "AutoModelForSeq2SeqLM": ("read one text and write another", "Marian, T5, BART or NLLB"),
}


@dataclass(frozen=True)
class ModelSource:
    """Where a model of single texts comes from.

    Attributes:
        name_or_path: a hub id or a folder, or None.
        scratch: `model_type`, config values and `vocab_size` of a model from nothing, or None for a small one.
        max_length: tokens of a text that are read or written, at least 8; longer texts are cut.
    """

    name_or_path: str | None = None
    scratch: Mapping[str, Any] | None = None
    max_length: int = 128

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], where: str = "model") -> Self:
        """The recipe's section. Raises UserError on unknown keys and impossible values."""
        known = {item.name for item in fields(cls)}
        for key in values:
            if key not in known:
                raise UserError(f"{key!r} is not a key of {where}.", where=f"{where}.{key}", fix=nearest(key, known))
        if values.get("name_or_path") and values.get("scratch"):
            raise UserError("Both name_or_path and scratch are given.", where=where, fix="Give one of them.")
        if not isinstance(values.get("name_or_path"), str | None):
            raise UserError(
                f"name_or_path is {values['name_or_path']!r}.",
                where=f"{where}.name_or_path",
                fix="Give a string: hub id or folder.",
            )
        length = values.get("max_length", cls.max_length)
        if isinstance(length, bool) or not isinstance(length, int) or length < 8:
            raise UserError(
                f"max_length is {length!r}.", where=f"{where}.max_length", fix="Give a whole number of tokens, 8 or more."
            )
        return cls(**values)


def build_config(
    source: ModelSource, auto: Any, default: Mapping[str, Any], special: Mapping[str, int], where: str = "model"
) -> Any:
    """The config of a pretrained model, or of a scratch one with `special` token ids.

    Args:
        source: where the model comes from.
        auto: the class of Transformers' that must know the config, such as `AutoModelForCausalLM`.
        default: the scratch config where nothing is said; its values also fill up configs of the same type.
        special: ids of special tokens, and `vocab_size`.
        where: the recipe's section, for messages.

    Raises:
        UserError: it cannot be loaded, is refused, is of another kind, or reads fewer tokens than `max_length`.
    """
    config = _loaded(source, where) if source.name_or_path else _scratch(source, default, special, where)
    if type(config) not in auto._model_mapping:
        what, such = _PURPOSES.get(auto.__name__, (f"be an {auto.__name__}", "another"))
        raise UserError(f"A {config.model_type} model cannot {what}.", where=where, fix=f"Name one that can; {such}, say.")
    room = next((int(getattr(config, name)) for name in _POSITIONS if isinstance(getattr(config, name, None), int)), None)
    if hasattr(config, "relative_attention_num_buckets"):  # T5 and its like know distances, not places
        room = None
    # A label and the special tokens that a tokenizer puts around a text need places too.
    if room is not None and source.max_length + 4 > room:
        raise UserError(
            f"max_length is {source.max_length}, and the model has {room} positions.",
            where=f"{where}.max_length",
            fix=f"Give at most {room - 4}.",
        )
    return config


def _loaded(source: ModelSource, where: str) -> Any:
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(source.name_or_path)
    except (OSError, ValueError) as error:
        raise UserError(
            f"The model {source.name_or_path!r} cannot be loaded ({str(error).splitlines()[0]})",
            where=f"{where}.name_or_path",
            fix="Check the name, or give a local folder with config.json and weights.",
        ) from error


def _scratch(source: ModelSource, default: Mapping[str, Any], special: Mapping[str, int], where: str) -> Any:
    from transformers import AutoConfig
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    given = dict(default) if source.scratch is None else source.scratch
    if not isinstance(given, Mapping) or "model_type" not in given:
        raise UserError(
            "A scratch model has no model_type.",
            where=f"{where}.scratch",
            fix=f"Write scratch: {{model_type: {default['model_type']}}}, say.",
        )
    values = {**(default if given["model_type"] == default["model_type"] else {}), **given}
    kind = values.pop("model_type")
    values.pop("vocab_size", None)
    if kind not in CONFIG_MAPPING_NAMES:
        raise UserError(f"{kind!r} is no model type.", where=f"{where}.scratch.model_type", fix=nearest(kind, CONFIG_MAPPING_NAMES))
    try:
        config = AutoConfig.for_model(kind, **values, **special)
    except Exception as error:  # config classes validate in many ways; each message is about the user's values
        raise UserError(
            f"The config is refused: {error}", where=f"{where}.scratch", fix="See the model's documentation."
        ) from error
    known = type(config)().to_dict()
    if unknown := [key for key in values if key not in known and key not in type(config).attribute_map]:
        raise UserError(
            f"{unknown[0]!r} is not a value of {kind} configs.", where=f"{where}.scratch", fix=nearest(unknown[0], known)
        )
    width = next((int(getattr(config, name)) for name in _WIDTHS if isinstance(getattr(config, name, None), int)), None)
    for spread in _SPREADS:
        if width and spread in known and spread not in values:
            setattr(config, spread, round(width**-0.5, 4))
    return config
