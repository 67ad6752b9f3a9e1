"""The policy of texts: stages of ops, concatenation, and how generated rows are made."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, MintSettings, Policy, RowRandom, known_keys
from augmint.core.interfaces.strings import length_key
from augmint.text.ops import Setting, TextOp, get_op, roles_of
from augmint.text.policy.concatenation import Concatenation
from augmint.text.policy.stage import Stage
from augmint.text.roles import ROLES


@dataclass(frozen=True)
class TextPolicy(Policy):
    """Rows pass the stages in order, each row by its own draws; then rows are concatenated with each other.

    Attributes:
        stages: applied in order; () leaves rows as they are.
        concatenation: of rows with other rows of their batch.
        mint: settings of generated rows.
        vocabulary: role -> words, for ops that replace words; part of the JSON, so that a policy is complete in itself.
        protect_names: whether ops leave capitalised words within sentences alone too.
        lexicon: pairs of words that translate one another, or of a word and a synonym, for ops that replace them; part of the JSON
            too.
        masked_lm: hub id or folder of the model that `masked_word` asks; by its name only, so keep a folder where it is.
        round_trip: the same of the two models that `round_trip` asks, there and back; () for none.

    Example:
        >>> from augmint.core.interfaces.strings import to_strings, to_tensors
        >>> policy = TextPolicy((Stage({"adjacent_swap": 1}),))
        >>> points, lengths = to_tensors(["ein Hund bellt laut"])
        >>> out = policy({"text": points, "text_length": lengths}, RowRandom(0, "doc", rows=[0]))
        >>> to_strings(out["text"], out["text_length"])
        ['Hund ein laut bellt']
        >>> TextPolicy.from_dict(policy.to_dict()) == policy
        True
    """

    modality: ClassVar[str] = "text"
    version: ClassVar[int] = 1

    stages: tuple[Stage, ...] = ()
    concatenation: Concatenation = field(default_factory=Concatenation)
    mint: MintSettings = field(default_factory=MintSettings)
    vocabulary: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    protect_names: bool = False
    lexicon: tuple[tuple[str, str], ...] = ()
    masked_lm: str = ""
    round_trip: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "stages", tuple(self.stages))
        object.__setattr__(self, "vocabulary", _vocabulary(self.vocabulary))
        object.__setattr__(self, "lexicon", _lexicon(self.lexicon))
        if not isinstance(self.protect_names, bool):
            raise UserError(f"protect_names is {self.protect_names!r}.", where="policy", fix="Give true or false.")
        if not isinstance(self.masked_lm, str):
            raise UserError(f"masked_lm is {self.masked_lm!r}.", where="policy", fix="Give the name or the folder of a model.")
        object.__setattr__(self, "round_trip", _round_trip(self.round_trip))

    def __hash__(self) -> int:
        return hash((self.stages, self.concatenation, self.mint, tuple(self.vocabulary.items()), self.protect_names, self.lexicon,
                     self.masked_lm, self.round_trip))

    def augment(self, batch: Batch, rng: RowRandom) -> Batch:
        """New rows: text roles (int32 (n, L), wider where a text outgrows L) and their lengths through the stages, other entries
        as they are.

        Raises:
            UserError: there is no text role, its tensors do not fit together, or an op misses its vocabulary.
        """
        roles = roles_of(batch)
        if not self.stages or not len(batch[roles[0]]):
            return batch
        host = copy.copy(rng)
        host.device = torch.device("cpu")  # texts are edited on the host
        setting = Setting(self.vocabulary, self.protect_names, self.lexicon, self.masked_lm, self.round_trip)
        texts = {name: batch[name].cpu() for role in roles for name in (role, length_key(role))}
        for position, stage in enumerate(self.stages):
            streams = host.child("stage", position)
            choice, magnitude = stage.draw(streams)
            for at, name in enumerate(stage.ops):
                rows = np.flatnonzero(choice == at)
                if len(rows):
                    texts = _on_rows(get_op(name, setting), texts, rows, streams.take(rows), magnitude[torch.from_numpy(rows)])
        return {**batch, **{name: tensor.to(batch[name].device) for name, tensor in texts.items()}}

    def mix(self, batch: Batch, rng: RowRandom) -> Batch:
        return self.concatenation(batch, rng)

    def to_dict(self) -> dict[str, Any]:
        return {"modality": self.modality, "version": self.version, "stages": [stage.to_dict() for stage in self.stages],
                "mix": self.concatenation.to_dict(), "mint": self.mint_dict(),
                "vocabulary": {role: list(words) for role, words in self.vocabulary.items()}, "protect_names": self.protect_names,
                "lexicon": [list(pair) for pair in self.lexicon], **({"masked_lm": self.masked_lm} if self.masked_lm else {}),
                **({"round_trip": list(self.round_trip)} if self.round_trip else {})}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TextPolicy:
        known_keys(values, {"modality", "version", "stages", "mix", "mint", "vocabulary", "protect_names", "lexicon",
                             "masked_lm", "round_trip"},
                   "A text policy")
        if values.get("modality", cls.modality) != cls.modality:
            raise UserError(f"This policy is for {values['modality']!r}, not for text.", where="policy")
        if values.get("version", cls.version) != cls.version:
            raise UserError(f"The policy has version {values['version']!r}.", where="policy",
                            fix=f"This augmint reads version {cls.version}.")
        stages, mint = values.get("stages", []), values.get("mint", {})
        if not isinstance(stages, (list, tuple)):
            raise UserError(f"The policy's stages are {stages!r}.", where="policy", fix="Give a list of stages.")
        known_keys(mint, set(MintSettings.__dataclass_fields__), "mint")
        return cls(tuple(Stage.from_dict(stage) for stage in stages), Concatenation.from_dict(values.get("mix", {})),
                   MintSettings.from_dict(mint), values.get("vocabulary", {}), values.get("protect_names", False),
                   values.get("lexicon", ()), values.get("masked_lm", ""), values.get("round_trip", ()))


def _vocabulary(values: Any) -> dict[str, tuple[str, ...]]:
    known_keys(values, set(ROLES), "vocabulary")
    for role, words in values.items():
        if not isinstance(words, (list, tuple)) or not words or not all(isinstance(word, str) and word for word in words):
            raise UserError(f"The vocabulary of {role!r} is no list of words.", where="policy", fix="Give strings, none empty.")
    return {role: tuple(words) for role, words in values.items()}


def _lexicon(values: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(values, (list, tuple)) or not all(
            isinstance(pair, (list, tuple)) and len(pair) == 2 and all(isinstance(word, str) and word for word in pair)
            for pair in values):
        raise UserError("The lexicon is no list of pairs of words.", where="policy", fix="Give pairs of two strings, none empty.")
    return tuple((source, target) for source, target in values)


def _round_trip(values: Any) -> tuple[str, ...]:
    named = isinstance(values, (list, tuple)) and all(isinstance(name, str) and name for name in values)
    if not named or len(values) not in (0, 2):
        raise UserError(f"round_trip is {values!r}.", where="policy", fix="Give names or folders of two models: there and back.")
    return tuple(values)


def _on_rows(op: TextOp, texts: Batch, rows: np.ndarray, rng: RowRandom, magnitude: Tensor) -> Batch:
    """`texts` with some rows passed through an op. Only as many columns as their longest text has are looked at."""
    index, out = torch.from_numpy(rows), dict(texts)
    part: Batch = {}
    for role in op.roles(texts):
        lengths = texts[length_key(role)][index]
        part |= {role: texts[role][index, :int(lengths.max())], length_key(role): lengths}
    if not part:  # a batch of targets alone
        return texts
    changed = op.apply(part, op.draw(rng, magnitude, part))
    for name, new in changed.items():
        old = texts[name]
        if new.ndim == 1:
            out[name] = old.index_copy(0, index, new)
            continue
        wide = torch.zeros(len(old), max(old.shape[1], new.shape[1]), dtype=old.dtype)
        wide[:, :old.shape[1]] = old
        wide[index, :] = torch.nn.functional.pad(new, (0, wide.shape[1] - new.shape[1]))
        out[name] = wide
    return out
