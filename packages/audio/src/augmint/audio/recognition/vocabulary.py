"""Tokenizers of models that start without one: characters for CTC, bytes for models that write."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from augmint.core.errors import UserError

_BOTH = 0.2  # tokens of the rarer case to those of the other from which on a model knows both
BLANK, UNKNOWN, GAP = "<pad>", "<unk>", "|"


def character_tokenizer(transcripts: Sequence[str]) -> Any:
    """A CTC tokenizer of the characters of (normalised) transcripts, sorted; the blank is its padding, number 0.

    Raises:
        UserError: there is no character.
    """
    from transformers import Wav2Vec2CTCTokenizer

    characters = sorted({character for text in transcripts for character in text} - {" ", GAP})
    if not characters:
        raise UserError("No transcript holds a letter or a digit.", where="train", fix="Check the text column.")
    tokens = {token: number for number, token in enumerate([BLANK, UNKNOWN, GAP, *characters])}
    with tempfile.TemporaryDirectory(prefix="augmint-vocabulary-") as folder:
        path = Path(folder) / "vocab.json"
        path.write_text(json.dumps(tokens, ensure_ascii=False), encoding="utf-8")
        return Wav2Vec2CTCTokenizer(
            str(path),
            pad_token=BLANK,
            unk_token=UNKNOWN,
            word_delimiter_token=GAP,
            bos_token=None,
            eos_token=None,
            clean_up_tokenization_spaces=False,
        )


def byte_tokenizer() -> Any:
    """A tokenizer that writes every script without training: one token a byte of UTF-8."""
    from tokenizers import Tokenizer, decoders, pre_tokenizers
    from tokenizers.models import BPE
    from transformers import PreTrainedTokenizerFast

    special = ["<pad>", "<s>", "</s>"]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    core = Tokenizer(BPE({token: number for number, token in enumerate([*special, *alphabet])}, []))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    core.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token="<pad>", bos_token="<s>", eos_token="</s>", clean_up_tokenization_spaces=False
    )


def load_tokenizer(name: str) -> Any | None:
    """The tokenizer saved with a model, or None where there is none with letters: an encoder that was never taught to write."""
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    letters = any(any(character.isalpha() for character in token) for token in plain_tokens(tokenizer))
    return tokenizer if letters else None


def plain_tokens(tokenizer: Any) -> set[str]:
    """Tokens that stand for text."""
    return set(tokenizer.get_vocab()) - set(tokenizer.all_special_tokens)


def spelling(tokenizer: Any) -> str:
    """How a CTC model writes letters: "lower", "upper", or "both" where its tokens have both cases. A few of the other case, such
    as the German sharp s among capitals, don't count."""
    tokens = [token for token in plain_tokens(tokenizer) if not token.startswith("<")]
    lower, upper = sum(token != token.upper() for token in tokens), sum(token != token.lower() for token in tokens)
    if min(lower, upper) > _BOTH * max(lower, upper):
        return "both"
    return "upper" if upper > lower else "lower"
