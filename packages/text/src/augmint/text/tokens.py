"""Texts cut into the units that ops work on: words between whitespace, single characters in scripts written without spaces.

Whitespace belongs to no token and is never rewritten, so text that an op leaves alone keeps its bytes. A combining mark always
stays with its base, an emoji sequence and a protected span stay whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from augmint.core.interfaces.ragged import Texts
from augmint.text.characters import CAPITAL, END_MARK, EXTEND, JOINER, LETTER, REGIONAL_INDICATORS, SPACE, SPACELESS, kinds
from augmint.text.spans import mark_spans


@dataclass(frozen=True)
class Tokens:
    """The tokens of some texts, in order: k of them.

    Attributes:
        texts: what they are tokens of.
        kind: flags of every character, int16 (total,).
        start, stop: positions in `texts.points`, int64 (k,).
        row: the text of each, int64 (k,).
        frozen: whether it holds a protected span or a mark without a base, bool (k,). Such a token must not change, move or go.
        inside: which characters lie in a protected span, bool (total,).
        extends: which characters stay with the one before them, bool (total,).
    """

    texts: Texts
    kind: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    row: np.ndarray
    frozen: np.ndarray
    inside: np.ndarray
    extends: np.ndarray

    @cached_property
    def free(self) -> np.ndarray:
        """Neither frozen nor glued to a frozen token, bool (k,): what is taken out between two numbers would make them one."""
        free, glued = ~self.frozen, self.glued[:-1]
        free[:-1] &= ~(glued & self.frozen[1:])
        free[1:] &= ~(glued & self.frozen[:-1])
        return free

    @cached_property
    def glued(self) -> np.ndarray:
        """Whether the next token of the text follows without whitespace, bool (k,)."""
        glued = np.zeros(len(self.start), dtype=bool)
        glued[:-1] = (self.stop[:-1] == self.start[1:]) & (self.row[:-1] == self.row[1:])
        return glued

    @cached_property
    def spaceless(self) -> np.ndarray:
        """Of a script without spaces between words, bool (k,)."""
        return (self.kind[self.start] & SPACELESS) > 0

    @cached_property
    def first(self) -> np.ndarray:
        """Position in `start` of the first token of each text, int64 (n + 1,): text i has tokens first[i] to first[i + 1]."""
        return np.searchsorted(self.row, np.arange(len(self.texts.offsets)))

    def cores(self, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Start and stop of some tokens without leading and trailing punctuation, equal where a token has no letter.

        Args:
            which: positions in `start`, int64 (m,).
        """
        letters = np.flatnonzero((self.kind & LETTER) > 0)
        low, high = np.searchsorted(letters, self.start[which]), np.searchsorted(letters, self.stop[which])
        padded = np.append(letters, -1)
        start, stop = padded[low], padded[high - 1] + 1
        marks = np.append(self.extends, False)
        while (more := marks[stop] & (stop < self.stop[which])).any():  # the last letter's combining marks
            stop = stop + more
        empty = low == high
        return np.where(empty, self.start[which], start), np.where(empty, self.start[which], stop)


def tokenize(texts: Texts, protect_names: bool = False) -> Tokens:
    """The tokens of texts.

    Args:
        texts: any texts.
        protect_names: freeze words with a capital first letter too, unless a sentence begins with them.
    """
    kind = kinds(texts.points)
    token = (kind & SPACE) == 0
    extends = _extends(texts, kind)
    cut = ((kind & SPACELESS) > 0)
    cut[1:] |= cut[:-1].copy()
    cut &= ~extends
    marked = mark_spans(texts, kind) if len(kind) else None
    if marked is None:
        inside = np.zeros(len(kind), dtype=bool)
    else:
        inside, joined = marked
        token |= inside  # whitespace within a tag does not end it
        cut &= ~joined
    after_gap = texts.firsts.copy()
    after_gap[1:] |= ~token[:-1]
    begins = token & (after_gap | cut)
    ends = token.copy()
    ends[:-1] &= ~token[1:] | begins[1:]
    start, stop = np.flatnonzero(begins), np.flatnonzero(ends) + 1
    frozen = np.logical_or.reduceat(inside, start) if marked is not None and len(start) else np.zeros(len(start), dtype=bool)
    if len(start):  # a mark without a base, or a joiner at the end, would settle on whatever came beside it
        frozen = frozen | ((kind[start] & EXTEND) > 0) | ((kind[stop - 1] & JOINER) > 0)
    tokens = Tokens(texts, kind, start, stop, texts.rows(start), frozen, inside, extends)
    if protect_names and len(start):
        frozen |= _names(tokens)
    return tokens


def _extends(texts: Texts, kind: np.ndarray) -> np.ndarray:
    """Whether a character stays with the one before it, bool (total,); never the first of a text."""
    extends = (kind & EXTEND) > 0
    extends[1:] |= (kind[:-1] & JOINER) > 0
    low, high = REGIONAL_INDICATORS
    if len(kind) and int(texts.points.max()) >= low:
        flag = (texts.points >= low) & (texts.points <= high)
        places = np.arange(len(flag))
        opens = flag.copy()
        opens[1:] &= ~flag[:-1] | texts.firsts[1:]
        run = np.maximum.accumulate(np.where(opens, places, 0))
        extends |= flag & ((places - run) % 2 == 1)  # two regional indicators make one flag
    extends &= ~texts.firsts
    return extends


def _names(tokens: Tokens) -> np.ndarray:
    """Words with a capital first letter that do not begin a sentence, bool (k,)."""
    start, stop = tokens.cores(np.arange(len(tokens.start)))
    capital = (stop > start) & ((tokens.kind[start] & CAPITAL) > 0)
    begins = np.ones(len(start), dtype=bool)
    begins[1:] = (tokens.row[1:] != tokens.row[:-1]) | ((tokens.kind[tokens.stop[:-1] - 1] & END_MARK) > 0)
    return capital & ~begins
