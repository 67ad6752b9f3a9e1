"""Which encoder-decoder: the recipe's words for it, checked before anything is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from augmint.core.errors import UserError
from augmint.text.models.source import ModelSource, build_config

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
class Seq2SeqSource(ModelSource):
    """Where an encoder-decoder comes from and how texts are given to it.

    Attributes:
        source_prefix: put before every source, as T5 wants it ("translate English to German: ").
        src_lang, tgt_lang: language codes of multilingual tokenizers (NLLB, mBART).
        bf16: write in bfloat16, which is faster on GPUs that have it and slower on most CPUs. What is written may then change with
            the texts that stand in the same batch.
    """

    source_prefix: str = ""
    src_lang: str | None = None
    tgt_lang: str | None = None
    bf16: bool = False

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], where: str = "model") -> Self:
        made = super().from_dict(values, where)
        for key in ("source_prefix", "src_lang", "tgt_lang"):
            if not isinstance(getattr(made, key), str | None):
                raise UserError(f"{key} is {getattr(made, key)!r}.", where=f"{where}.{key}", fix="Give a string.")
        if not isinstance(made.bf16, bool):
            raise UserError(f"bf16 is {made.bf16!r}.", where=f"{where}.bf16", fix="Give true or false.")
        return made


def seq2seq_config(source: Seq2SeqSource, special: Mapping[str, int], where: str = "model") -> Any:
    """The config: a pretrained model's, or a scratch one with `special` token ids. Raises UserError (see `build_config`)."""
    from transformers import AutoModelForSeq2SeqLM

    return build_config(source, AutoModelForSeq2SeqLM, DEFAULT_SCRATCH, special, where)
