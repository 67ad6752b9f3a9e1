"""Which encoder-decoder: the recipe's words for it, checked before anything is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from augmint.core.errors import UserError, nearest

# Small enough that a fine-tuning of a few hundred steps takes a minute on one core. Layers normalise first and weights start large
# (1 / sqrt(d_model), not 0.02), without which a few hundred steps teach such a model next to nothing.
DEFAULT_SCRATCH: dict[str, Any] = {
    "model_type": "m2m_100",
    "d_model": 192,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 768,
    "decoder_ffn_dim": 768,
    "dropout": 0.1,
    "attention_dropout": 0.0,
    "encoder_layerdrop": 0.0,
    "decoder_layerdrop": 0.0,
    "max_position_embeddings": 512,
    "scale_embedding": True,
}


@dataclass(frozen=True)
class Seq2SeqSource:
    """Where an encoder-decoder comes from and how texts are given to it.

    Attributes:
        name_or_path: a hub id or a folder, or None.
        scratch: `model_type`, config values and `vocab_size` of a model from nothing, or None for a small M2M-100.
        max_length: tokens of a text that are read and written, at least 8; longer texts are cut.
        source_prefix: put before every source, as T5 wants it ("translate English to German: ").
        src_lang, tgt_lang: language codes of multilingual tokenizers (NLLB, mBART).
        bf16: write in bfloat16, which is faster on GPUs that have it and slower on most CPUs. What is written may then change with
            the texts that stand in the same batch.
    """

    name_or_path: str | None = None
    scratch: Mapping[str, Any] | None = None
    max_length: int = 128
    source_prefix: str = ""
    src_lang: str | None = None
    tgt_lang: str | None = None
    bf16: bool = False

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], where: str = "model") -> Seq2SeqSource:
        """The recipe's section. Raises UserError on unknown keys and impossible values."""
        known = {item.name for item in fields(cls)}
        for key in values:
            if key not in known:
                raise UserError(f"{key!r} is not a key of {where}.", where=f"{where}.{key}", fix=nearest(key, known))
        if values.get("name_or_path") and values.get("scratch"):
            raise UserError("Both name_or_path and scratch are given.", where=where, fix="Give one of them.")
        for key in ("name_or_path", "source_prefix", "src_lang", "tgt_lang"):
            if not isinstance(values.get(key), str | None):
                raise UserError(f"{key} is {values[key]!r}.", where=f"{where}.{key}", fix="Give a string.")
        if not isinstance(values.get("bf16", False), bool):
            raise UserError(f"bf16 is {values['bf16']!r}.", where=f"{where}.bf16", fix="Give true or false.")
        length = values.get("max_length", 128)
        if isinstance(length, bool) or not isinstance(length, int) or length < 8:
            raise UserError(
                f"max_length is {length!r}.", where=f"{where}.max_length", fix="Give a whole number of tokens, 8 or more."
            )
        return cls(**values)


def build_config(source: Seq2SeqSource, special: Mapping[str, int], where: str = "model") -> Any:
    """The config: a pretrained model's, or a scratch one with `special` token ids. Raises UserError where it is refused."""
    from transformers import AutoConfig, AutoModelForSeq2SeqLM
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    if source.name_or_path:
        try:
            config = AutoConfig.from_pretrained(source.name_or_path)
        except (OSError, ValueError) as error:
            raise UserError(
                f"The model {source.name_or_path!r} cannot be loaded ({str(error).splitlines()[0]})",
                where=f"{where}.name_or_path",
                fix="Check the name, or give a local folder with config.json and weights.",
            ) from error
    else:
        values = {**_scratch(source, where)}
        kind = values.pop("model_type")
        values.pop("vocab_size", None)
        if kind not in CONFIG_MAPPING_NAMES:
            raise UserError(
                f"{kind!r} is no model type.", where=f"{where}.scratch.model_type", fix=nearest(kind, CONFIG_MAPPING_NAMES)
            )
        try:
            config = AutoConfig.for_model(kind, **values, **special)
        except Exception as error:  # config classes validate in many ways; each message is about the user's values
            raise UserError(
                f"The config is refused: {error}", where=f"{where}.scratch", fix="See the model's documentation."
            ) from error
        if unknown := [key for key in values if key not in type(config)().to_dict() and key not in type(config).attribute_map]:
            raise UserError(
                f"{unknown[0]!r} is not a value of {kind} configs.",
                where=f"{where}.scratch",
                fix=nearest(unknown[0], type(config)().to_dict()),
            )
    if type(config) not in AutoModelForSeq2SeqLM._model_mapping:
        raise UserError(
            f"A {config.model_type} model does not read one text and write another.",
            where=where,
            fix="Take an encoder-decoder such as Marian, T5, BART or NLLB.",
        )
    return config


def _scratch(source: Seq2SeqSource, where: str) -> dict[str, Any]:
    given = source.scratch
    if given is None:
        return _started_large(dict(DEFAULT_SCRATCH))
    if not isinstance(given, Mapping) or "model_type" not in given:
        raise UserError(
            "A scratch model has no model_type.", where=f"{where}.scratch", fix="Write scratch: {model_type: m2m_100}, say."
        )
    values = {**(DEFAULT_SCRATCH if given["model_type"] == DEFAULT_SCRATCH["model_type"] else {}), **given}
    return _started_large(values)


def _started_large(values: dict[str, Any]) -> dict[str, Any]:
    """With `init_std` 1 / sqrt(d_model) where nothing is said of it and the model knows both."""
    if values["model_type"] in ("m2m_100", "marian", "mbart", "bart") and "d_model" in values:
        return {"init_std": round(float(values["d_model"]) ** -0.5, 4), **values}
    return values


def load_tokenizer(source: Seq2SeqSource, where: str = "model") -> Any:
    """The pretrained model's tokenizer, told its languages. Raises UserError where there is none."""
    from transformers import AutoTokenizer

    languages = {key: value for key, value in (("src_lang", source.src_lang), ("tgt_lang", source.tgt_lang)) if value}
    try:
        return AutoTokenizer.from_pretrained(source.name_or_path, **languages)
    except (OSError, ValueError) as error:
        raise UserError(
            f"The model {source.name_or_path!r} has no tokenizer ({str(error).splitlines()[0]})",
            where=f"{where}.name_or_path",
            fix="Save the tokenizer into the model's folder.",
        ) from error
