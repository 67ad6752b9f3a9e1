"""Where a search over text policies looks. Its first points are the baselines, so a search can only improve on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import MINT_WITH_CLASSES, Dimension, MintSettings, Point, PolicySpace
from augmint.text.ops import TASKS, op_names
from augmint.text.ops.pair_switch import can_switch
from augmint.text.policy import concatenation
from augmint.text.policy.concatenation import Concatenation
from augmint.text.policy.stage import Stage
from augmint.text.policy.text_policy import TextPolicy

_LEAST = 0.02  # chances and magnitudes below this are taken as 0: cheaper, and indistinguishable
WHOLE = ("round_trip",)
"""Ops on whole sentences: they come first, for they know the sentences as they stand in the rows."""
WORDS = ("switch_out", "pair_switch", "synonym", "masked_word", "token_drop", "random_swap", "adjacent_swap", "random_insertion",
         "aeda")
"""Ops on whole words, in the order in which they follow one another."""
CHARACTERS = ("typo", "lower", "upper", "end_punctuation")
MOST = {"aeda": 1.0, "round_trip": 1.0}  # magnitude; 0.3 for the others: beyond it, texts are beyond recognition
_LEXICAL = ("pair_switch", "synonym")
"""Ops that take pairs of words."""
_SWITCHES = ("lower", "upper", "end_punctuation")  # without a magnitude
_MINT_PAIRS = (
    Dimension("share", 0.0, 0.75),
    Dimension("decode", choices=("beam", "noised", "cold", "warm", "hot", "gloss"), kind="categorical"),
    Dimension("best_of", choices=("1", "2", "4", "8"), kind="categorical"),
    Dimension("keep_quantile", 0.2, 1.0),
    Dimension("weight", 0.2, 1.0),
    Dimension("tagged", choices=("no", "yes"), kind="categorical"),
    Dimension("schedule", choices=("mixed", "pretrain"), kind="categorical"),
)
_MINT_CONTINUATIONS = (
    Dimension("share", 0.0, 0.75),
    Dimension("decode", choices=("cold", "warm", "hot"), kind="categorical"),
    Dimension("prompt", 0.0, 0.8),
    Dimension("best_of", choices=("1", "2", "4", "8"), kind="categorical"),
    Dimension("keep_quantile", 0.2, 1.0),
    Dimension("weight", 0.2, 1.0),
    Dimension("schedule", choices=("mixed", "pretrain"), kind="categorical"),
)
_MINT = {"translation": _MINT_PAIRS, "text-classification": MINT_WITH_CLASSES, "text-generation": _MINT_CONTINUATIONS}
_CONTROLS = ("decode", "prompt")
"""Dimensions that the generator is told."""
_STANDARD: dict[str, Point] = {
    "translation": {"token_drop": 0.3, "adjacent_swap": 0.3, "typo": 0.3,
                    "token_drop_magnitude": 0.05, "adjacent_swap_magnitude": 0.05, "typo_magnitude": 0.05},
    "text-classification": {"token_drop": 0.25, "random_swap": 0.25, "random_insertion": 0.25},
    "text-generation": {"concatenate": 0.25},
}
_MINTED: dict[str, Point] = {
    "translation": {"share": 0.5, "decode": "cold", "best_of": "4", "keep_quantile": 0.9},
    "text-classification": {"share": 0.25, "min_agreement": 0.0, "keep_quantile": 0.8},
    "text-generation": {"share": 0.25, "decode": "warm", "prompt": 0.3, "best_of": "4", "keep_quantile": 0.9},
}


class TextPolicySpace(PolicySpace):
    """Policies that chain the ops which keep a task's labels or pairs true, each with its own chance and magnitude.

    Translation has no op that changes what one side means: only slips on the source (typos, words left out or swapped) and changes
    of both sides alike. Its `switch_out` takes part where there is a vocabulary, its `pair_switch` where a
    lexicon has words that can stand for one another, the `synonym` of classification where there is a lexicon, `masked_word` where
    there is a masked language model, `round_trip` where there are two translation models.

    Args:
        task: "translation", "text-classification" or "text-generation".
        vocabulary: role -> words of the training texts (see `collect_words`).
        mint: whether generated rows are at hand; adds the dimensions of MintSettings.
        protect_names: whether ops leave capitalised words within sentences alone.
        lexicon: words of the training pairs that translate one another (see `collect_lexicon`), or words of the training texts with
            their synonyms (see `collect_synonyms`).
        masked_lm: hub id or folder of a masked language model, for `masked_word`.
        round_trip: hub ids or folders of two translation models, there and back, for `round_trip`.

    Raises:
        UserError: there is no such task.

    Example:
        >>> space = TextPolicySpace("translation")
        >>> space.decode(space.starts()["identity"]).stages
        ()
    """

    def __init__(self, task: str, vocabulary: Mapping[str, tuple[str, ...]] | None = None, mint: bool = False,
                 protect_names: bool = False, lexicon: Sequence[tuple[str, str]] = (), masked_lm: str = "",
                 round_trip: Sequence[str] = ()) -> None:
        if task not in TASKS:
            raise UserError(f"There is no text task {task!r}.", where="TextPolicySpace", fix=nearest(str(task), TASKS))
        self.task, self.mint, self.protect_names = task, mint, protect_names
        self.lexicon, self.masked_lm, self.round_trip = tuple(lexicon), masked_lm, tuple(round_trip)
        self.vocabulary = {role: tuple(words) for role, words in (vocabulary or {}).items() if words}
        needed = {"source", "target"} if task == "translation" else {"text"}
        self.ops = tuple(name for name in (*WHOLE, *WORDS, *CHARACTERS) if name in op_names(task)
                         and (name != "switch_out" or needed <= set(self.vocabulary))
                         and (name not in _LEXICAL or len(lexicon) > 1)
                         and (name != "pair_switch" or can_switch(self.lexicon))
                         and (name != "masked_word" or masked_lm) and (name not in WHOLE or round_trip))
        self._dimensions = (*_op_dimensions(self.ops, task), *(_mint_dimensions(task) if mint else ()))
        unminted = {dimension.name: _UNMINTED.get(dimension.name, 0.0) for dimension in _mint_dimensions(task)}
        self._identity: Point = {**{d.name: _neutral(d) for d in self._dimensions}, **unminted}

    @property
    def dimensions(self) -> Sequence[Dimension]:
        return self._dimensions

    def decode(self, point: Point) -> TextPolicy:
        """The policy at a point; coordinates left out are those of "identity". Raises UserError on an unknown coordinate."""
        for name in point:
            if name not in self._identity:
                raise UserError(f"The space has no dimension {name!r}.", where="TextPolicySpace", fix=nearest(name, self._identity))
        at: Point = {**self._identity, **point}
        families = (WORDS, CHARACTERS) if at.get("order", "words_first") == "words_first" else (CHARACTERS, WORDS)
        stages = tuple(_stage(name, at) for family in (WHOLE, *families) for name in family if name in self.ops and _used(name, at))
        mint = _mint_settings({d.name: at[d.name] for d in _mint_dimensions(self.task)}) if self.mint else MintSettings()
        joined = float(at.get("concatenate", 0.0))
        words = self.vocabulary if any("switch_out" in stage.ops for stage in stages) else {}  # other policies stay short
        pairs = self.lexicon if any(set(_LEXICAL) & set(stage.ops) for stage in stages) else ()
        model = self.masked_lm if any("masked_word" in stage.ops for stage in stages) else ""
        trip = self.round_trip if any("round_trip" in stage.ops for stage in stages) else ()
        return TextPolicy(stages, Concatenation(joined if joined >= _LEAST else 0.0), mint, words, self.protect_names, pairs, model,
                          trip)

    def starts(self) -> Mapping[str, Point]:
        """"identity" and "standard" (see `standard_policy`), then combinations known to be good, with `mint` some with generated
        rows."""
        standard = {**_STANDARD[self.task], **({"synonym": 0.25} if "synonym" in self.ops else {})}
        with_rows = _MINTED[self.task]
        minted: dict[str, dict[str, Any]] = {"minted": with_rows, "standard_minted": {**standard, **with_rows}}
        if self.task == "translation":
            minted["glossed"] = {"share": 0.7, "decode": "gloss", "best_of": "1", "keep_quantile": 1.0}
            # The recipe of back-translation as it is mostly used: beam, all that was written, marked as such.
            minted["tagged_beam"] = {"share": 0.5, "decode": "beam", "best_of": "1", "tagged": "yes"}
            minted["pretrain_on_minted"] = {**with_rows, "schedule": "pretrain", "share": 0.6}
        changes = {"identity": {}, "standard": standard, **(minted if self.mint else {}), **_good(self.task, self.ops)}
        names = [dimension.name for dimension in self.dimensions]
        return {start: {name: {**self._identity, **change}[name] for name in names} for start, change in changes.items()}


def standard_policy(task: str, lexicon: Sequence[tuple[str, str]] = (), protect_names: bool = False) -> TextPolicy:
    """The no-search baseline of a task; with `protect_names` it leaves capitalised words within sentences alone.

    Translation: slips on the source at low strength; each of words left out, neighbours swapped and typos in 3 of 10 rows and 5 %
    of their words. Classification: EDA; each of deletion, swap and insertion, and of synonyms where `lexicon` holds some, in a
    quarter of the rows and 10 % of their words. Generation: a quarter of the texts continued by another.

    Raises:
        UserError: there is no such task.

    Source: Wei & Zou 2019, "EDA: easy data augmentation techniques for boosting performance on text classification tasks".
    """
    space = TextPolicySpace(task, lexicon=lexicon, protect_names=protect_names)
    return space.decode(space.starts()["standard"])


def _op_dimensions(ops: Sequence[str], task: str) -> list[Dimension]:
    found = []
    for name in ops:
        found.append(Dimension(name, 0.0, 0.5 if name in _SWITCHES else 1.0))  # chance
        if name not in _SWITCHES:
            found.append(Dimension(f"{name}_magnitude", _LEAST, MOST.get(name, 0.3)))
    if set(ops) & set(WORDS):
        found.append(Dimension("order", choices=("words_first", "characters_first"), kind="categorical"))
    if task in concatenation.TASKS:
        found.append(Dimension("concatenate", 0.0, 1.0))
    return found


_UNMINTED: Point = {"truncation": 1.0, "min_agreement": 0.5, "keep_quantile": 0.9, "decode": "cold", "best_of": "1", "weight": 1.0,
                    "prompt": 0.3, "tagged": "no", "schedule": "mixed"}


def _mint_dimensions(task: str) -> tuple[Dimension, ...]:
    return _MINT[task]


def _mint_settings(at: Mapping[str, Any]) -> MintSettings:
    values = dict(at)
    if not values["share"]:
        return MintSettings()
    values = {key: float(value) if isinstance(value, np.floating) else value for key, value in values.items()}
    controls = {name: values.pop(name) for name in _CONTROLS if name in values}
    if controls:
        values["controls"], values["best_of"] = controls, int(values["best_of"])
    if "tagged" in values:
        values["tagged"] = values["tagged"] == "yes"
    return MintSettings.from_dict(values)


def _neutral(dimension: Dimension) -> float | str:
    if dimension.choices:
        return dimension.choices[0]
    return 0.1 if dimension.name.endswith("_magnitude") else 0.0


def _used(name: str, at: Point) -> bool:
    return at[name] >= _LEAST


def _stage(name: str, at: Point) -> Stage:
    if name in _SWITCHES:
        return Stage({name: 1.0}, float(at[name]))
    strength = float(at[f"{name}_magnitude"])
    # AEDA draws how many marks a text gets; the others draw word by word, at the same rate for all texts.
    return Stage({name: 1.0}, float(at[name]), (0.0 if name == "aeda" else strength, strength))


def _good(task: str, ops: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Combinations that have helped elsewhere; each uses only ops that the space has."""
    robust = {"lower": 0.1, "upper": 0.05, "end_punctuation": 0.2}
    if task == "text-classification":
        known = {"aeda": {"aeda": 0.5, "aeda_magnitude": 1.0}, "typo": {"typo": 0.3, "typo_magnitude": 0.1},
                 "surface": robust, "deletion": {"token_drop": 0.5, "token_drop_magnitude": 0.2},
                 "round_trip": {"round_trip": 0.5, "round_trip_magnitude": 1.0}}
    elif task == "translation":
        known = {"switch_out": {"switch_out": 1.0, "switch_out_magnitude": 0.1},
                 "pair_switch": {"pair_switch": 0.5, "pair_switch_magnitude": 0.3}, "concatenate": {"concatenate": 0.5},
                 "standard_concatenate": {**_STANDARD[task], "concatenate": 0.5}, "surface": robust}
    else:
        known = {"surface": robust, "concatenate_more": {"concatenate": 0.5}}
    return {name: point for name, point in known.items() if name not in (*WHOLE, *WORDS) or name in ops}
