"""Words that can stand for words of a training set."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from augmint.core.errors import UserError
from augmint.text.vocabulary import collect_words
from augmint.text.wordnet import is_wordnet, read_wordnet

MOST = 5
"""Synonyms of a word."""
_WHERE = "policy.synonyms"


def collect_synonyms(texts: Sequence[str], path: str | Path, limit: int = 2000) -> tuple[tuple[str, str], ...]:
    """Pairs of a word of the texts and a synonym, written as the word is; a word has up to five.

    Call it on the training split alone: these words travel with a policy.

    Args:
        texts: n texts.
        path: a folder with WordNet's database files (English), or a text file in any language with a word, a tab and a synonym on
            each line.
        limit: how many words at most, the most frequent ones, at least 1.

    Raises:
        UserError: there is neither at `path`, a line of the file cannot be read, no word of the texts has a synonym, or the limit
            is below 1.
    """
    place, words = Path(path), collect_words(texts, limit)
    wanted = {word.lower() for word in words}
    if is_wordnet(place):
        known = read_wordnet(place, wanted - ENGLISH_STOP_WORDS)
    elif place.is_file():
        known = _read_table(place, wanted)
    else:
        what = f"{str(path)!r} is no text file, nor a folder with WordNet's files (index.noun, data.noun and so on)."
        raise UserError(what, where=_WHERE, fix="Debian's wordnet-base has them in /usr/share/wordnet, NLTK in corpora/wordnet.")
    pairs = tuple((word, written_as(word, other)) for word in words for other in known.get(word.lower(), ())[:MOST])
    if not pairs:
        raise UserError(f"No word of the training texts has a synonym in {str(path)!r}.", where=_WHERE,
                        fix="WordNet is English; for another language give a text file: a word, a tab and a synonym on each line.")
    return pairs


def _read_table(file: Path, words: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read as text: {error}.", where=_WHERE) from error
    for number, line in enumerate(lines, 1):
        word, _, other = (part.strip() for part in line.partition("\t"))
        if line.strip() and not (word and other):
            raise UserError(f"Line {number} of {file} is {line[:60]!r}.", where=_WHERE, fix="Write a word, a tab and a synonym.")
        if word.lower() in words and other.casefold() != word.casefold() and other not in found.get(word.lower(), ()):
            found.setdefault(word.lower(), []).append(other)
    return found


def written_as(word: str, other: str) -> str:
    """`other` in capitals, or with a capital letter, where `word` has them."""
    if len(word) > 1 and word.isupper():
        return other.upper()
    return other[:1].upper() + other[1:] if word[:1].isupper() else other
