"""What the text ops share: which roles they touch, how they draw, and the kinds of op.

An op draws one key for every row and role, and every token gets its numbers by that key and its place in the text. Row i of a
result then has the same bytes whatever the other rows are, and nothing is drawn for padding. A token is changed where its number
lies below the magnitude, so what a weak magnitude changes, a stronger one changes too.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, Op, RowRandom
from augmint.core.interfaces.ragged import Texts, flatten, padded
from augmint.core.interfaces.strings import length_key
from augmint.text.ragged import Edits, edit
from augmint.text.roles import ROLES
from augmint.text.tokens import Tokens, tokenize

TASKS = ("translation", "text-classification", "text-generation")
INPUT = ("source", "text")  # what a model reads: the target is what it is trained to write, and stays as people wrote it
_KEYS = 2**62


@dataclass(frozen=True)
class Setting:
    """What ops know beside the rows.

    Attributes:
        vocabulary: role -> words of the training set, for ops that replace words (see `collect_words`).
        lexicon: pairs of words: source and target that translate one another, for ops that replace both (see `collect_lexicon`), or
            a word and a synonym (see `collect_synonyms`).
        protect_names: whether capitalised words within sentences are protected too.
        masked_lm: hub id or folder of a masked language model, for the op that asks one.
        round_trip: hub ids or folders of two translation models, there and back, for the op that asks them.
    """

    vocabulary: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    protect_names: bool = False
    lexicon: tuple[tuple[str, str], ...] = ()
    masked_lm: str = ""
    round_trip: tuple[str, ...] = ()


def roles_of(batch: Batch) -> tuple[str, ...]:
    """The text roles of a batch. Raises UserError where there is none, or its lengths are missing."""
    roles = tuple(role for role in ROLES if role in batch)
    if not roles:
        raise UserError(f"The batch has no text: none of {', '.join(ROLES)}.", where="text policy", fix=f"It has {sorted(batch)}.")
    for role in roles:
        if length_key(role) not in batch:
            raise UserError(f"The batch has no {length_key(role)!r}.", where="text policy", fix="Add the lengths of to_tensors.")
    return roles


def read(batch: Batch, role: str) -> Texts:
    """The texts of a role, without padding."""
    return flatten(batch[role].cpu().numpy(), batch[length_key(role)].cpu().numpy())


def written(batch: Batch, role: str, texts: Texts) -> Batch:
    """Entries for a role: the width of `batch` where all texts fit, else that of the longest, and its device."""
    points, lengths = padded(texts, batch[role].shape[1])
    device = batch[role].device
    return {role: torch.from_numpy(points).to(device), length_key(role): torch.from_numpy(lengths).to(device)}


@dataclass(frozen=True)
class Draws:
    """What was drawn for the rows of one role.

    Attributes:
        seed: a random key for every row, int64 (n,): with a token's place in its text it gives that token's numbers.
        rate: strength, float32 (n,) in [0, 1].
    """

    seed: np.ndarray
    rate: np.ndarray

    def unit(self, tokens: Tokens, which: np.ndarray | slice = slice(None), plane: int = 0) -> np.ndarray:
        """A number in [0, 1) for all or some tokens, float32 (m,); planes are independent of each other."""
        row = tokens.row[which]
        place = tokens.start[which] - tokens.texts.offsets[row]
        return RowRandom(0, "token", plane, rows=self.seed[row] + place).uniform().numpy()

    def among(self, count: np.ndarray | int, tokens: Tokens, which: np.ndarray, plane: int = 1) -> np.ndarray:
        """For some tokens a whole number in [0, count), int64 (m,)."""
        scaled = self.unit(tokens, which, plane).astype(np.float64) * count
        return np.minimum(scaled, np.asarray(count) - 1).astype(np.int64)

    def picked(self, tokens: Tokens) -> np.ndarray:
        """Tokens whose number lies below their row's strength, bool (k,): nested in one another as strength grows."""
        return self.unit(tokens) < self.rate[tokens.row]


class TextOp(Op):
    """An op on texts. Subclasses say what happens to the texts of one role in `change`.

    Attributes:
        name: in policies.
        tasks: where it keeps the label, or the two sides of a pair, true; a part of `TASKS`.
        both_sides: whether it touches source and target alike; if not, the target stays as it is.
        chance: whether it draws at all; if not, the magnitude alone says what happens.
    """

    name: ClassVar[str]
    tasks: ClassVar[frozenset[str]]
    both_sides: ClassVar[bool] = False
    chance: ClassVar[bool] = True

    def __init__(self, setting: Setting | None = None) -> None:
        self.setting = setting or Setting()

    def roles(self, batch: Batch) -> tuple[str, ...]:
        """The roles of the batch that it touches."""
        return tuple(role for role in roles_of(batch) if self.both_sides or role in INPUT)

    def draw(self, rng: RowRandom, magnitude: Tensor, batch: Batch) -> Batch:
        """`rate` float32 (n,) and, for each role touched, a key `<role>_seed` int64 (n,)."""
        parameters = {"rate": magnitude.float().cpu()}
        for role in self.roles(batch) if self.chance else ():
            parameters[f"{role}_seed"] = rng.child(self.name, role).integers(_KEYS)
        return parameters

    def apply(self, batch: Batch, parameters: Batch) -> Batch:
        """The augmented rows. A role's tensor gets wider where a text outgrows it, and stays as wide where none does."""
        out, rate = dict(batch), parameters["rate"].cpu().numpy()
        for role in self.roles(batch):
            seed = parameters[f"{role}_seed"].cpu().numpy() if self.chance else np.zeros(len(rate), dtype=np.int64)
            out |= written(batch, role, self.change(self.tokens(batch, role), Draws(seed, rate), role))
        return out

    def tokens(self, batch: Batch, role: str) -> Tokens:
        return tokenize(read(batch, role), self.setting.protect_names)

    @abstractmethod
    def change(self, tokens: Tokens, draws: Draws, role: str) -> Texts:
        """The changed texts; frozen tokens must come through as they are, in the same order."""


class EditOp(TextOp):
    """An op that replaces parts of texts."""

    def change(self, tokens: Tokens, draws: Draws, role: str) -> Texts:
        if not len(tokens.start):
            return tokens.texts
        edits, extra = self.edits(tokens, draws, role)
        return edit(tokens.texts, edits, extra)

    @abstractmethod
    def edits(self, tokens: Tokens, draws: Draws, role: str) -> tuple[Edits, np.ndarray | None]:
        """What to replace, in order of place, and code points to draw replacements from (see `Edits`)."""
