"""Language codes of multilingual models: which there are, and which token stands for each."""

from __future__ import annotations

import difflib
import re
from typing import Any

from augmint.core.errors import UserError
from augmint.text.models.tokenizer import load_tokenizer
from augmint.text.seq2seq.config import Seq2SeqSource

_CODE = re.compile(r"[a-z]{2,3}_(?:[A-Z]{2}|[A-Z][a-z]{3})")  # de_DE as mBART writes it, deu_Latn as NLLB does


def language_ids(tokenizer: Any) -> dict[str, int]:
    """Code -> the token's id; empty for tokenizers that know no languages."""
    known = getattr(tokenizer, "lang_code_to_id", None)  # M2M-100, whose tokens are written __de__
    if known:
        return {str(code): int(place) for code, place in known.items()}
    if not hasattr(tokenizer, "src_lang"):
        return {}
    return {token: int(place) for token, place in tokenizer.get_vocab().items() if _CODE.fullmatch(token)}


def check_languages(tokenizer: Any, src_lang: str | None, tgt_lang: str | None, where: str = "model") -> None:
    """Raises UserError where a code is missing that the tokenizer needs, or given that it does not know."""
    known = language_ids(tokenizer)
    for key, code in (("src_lang", src_lang), ("tgt_lang", tgt_lang)):
        if code is None and known:
            raise UserError(
                "The model knows several languages, and is not told which.",
                where=f"{where}.{key}",
                fix=f"Name one of its codes, as in {key}: {sorted(known)[0]}.",
            )
        if code is not None and code not in known:
            raise UserError(
                f"The model's tokenizer does not know the language {code!r}.",
                where=f"{where}.{key}",
                fix=_nearest(code, known) if known else "Leave it out: it knows no language codes.",
            )


def told_tokenizer(source: Seq2SeqSource, where: str = "model") -> Any:
    """The pretrained model's tokenizer, told its languages. Raises UserError where there is none, or it does not know them."""
    # Some tokenizers fail on a code that they do not know, others take it for an unknown word: it is looked up first.
    check_languages(load_tokenizer(str(source.name_or_path), where), source.src_lang, source.tgt_lang, where)
    return load_tokenizer(str(source.name_or_path), where, src_lang=source.src_lang, tgt_lang=source.tgt_lang)


def _nearest(code: str, known: dict[str, int]) -> str:
    """Codes of other models are seldom like: of hundreds one that begins alike is named, else the nearest, however far."""
    alike = [other for other in sorted(known) if other[:2] == code[:2].lower()]
    return f"Did you mean {difflib.get_close_matches(code, alike or sorted(known), n=1, cutoff=0.0)[0]!r}?"
