"""Tokenizers: a pretrained model's own, or one trained on the user's training texts for models that start from nothing."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from augmint.core.errors import UserError

PAD, EOS, UNK, TAG = "<pad>", "</s>", "<unk>", "<bt>"
"""Padding; the end of a text; a token that byte-level pieces never need; and the mark of generated sources."""
DEFAULT_VOCAB_SIZE = 4000


def train_tokenizer(texts: Iterable[str], vocab_size: int = DEFAULT_VOCAB_SIZE) -> Any:
    """A `transformers.PreTrainedTokenizerFast` of byte-level BPE pieces: any Unicode text has pieces, and comes back as it was.

    Args:
        texts: of both sides; the same texts in the same order give the same tokenizer.
        vocab_size: most pieces, with the 256 bytes and 4 special tokens among them.

    Source: Sennrich et al. 2016, "Neural machine translation of rare words with subword units"; Radford et al. 2019 (bytes).

    Example:
        >>> tokenizer = train_tokenizer(["ein Hund bellt", "a dog barks"], 300)
        >>> tokenizer.decode(tokenizer("ein \u72d7!").input_ids, skip_special_tokens=True).strip()
        'ein \u72d7!'
    """
    return _trained(tuple(texts), vocab_size)


@lru_cache(maxsize=4)
def _trained(texts: tuple[str, ...], vocab_size: int) -> Any:
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE(unk_token=UNK))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=2,
        show_progress=False,
        special_tokens=[PAD, EOS, UNK, TAG],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"$A {EOS}", pair=f"$A {EOS} $B {EOS}", special_tokens=[(EOS, tokenizer.token_to_id(EOS))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=EOS,
        unk_token=UNK,
        additional_special_tokens=[TAG],
        clean_up_tokenization_spaces=False,
    )


def load_tokenizer(name_or_path: str, where: str = "model", **languages: str | None) -> Any:
    """The pretrained model's tokenizer, told its `src_lang` and `tgt_lang`. Raises UserError where there is none."""
    from transformers import AutoTokenizer

    told = {key: value for key, value in languages.items() if value}
    try:
        return AutoTokenizer.from_pretrained(name_or_path, **told)
    except (OSError, ValueError) as error:
        raise UserError(
            f"The model {name_or_path!r} has no tokenizer ({str(error).splitlines()[0]})",
            where=f"{where}.name_or_path",
            fix="Save the tokenizer into the model's folder.",
        ) from error
