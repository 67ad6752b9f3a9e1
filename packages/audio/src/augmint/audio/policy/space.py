"""Where a search over audio policies looks. Its first points are the baselines, so a search can only improve on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from augmint.audio.ops import TASKS, Setting, op_names
from augmint.audio.policy.audio_policy import AudioPolicy
from augmint.audio.policy.stage import Stage
from augmint.audio.surroundings import Surroundings
from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import MINT_WITH_CLASSES, Dimension, MintSettings, Point, PolicySpace

_LEAST = 0.02  # chances below this are taken as 0: cheaper, and indistinguishable
CHANCES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "shift": (("shift",),),
    "speed": (("speed",),),
    "tempo": (("tempo",),),
    "vtlp": (("vtlp",),),
    "room": (("room",),),
    "noise": (("noise_white", "noise_pink", "noise_recorded", "babble"),),
    "gain": (("gain",),),
    "channel": (("clip", "codec", "band_limit"),),
    "masks": (("frequency_drop",), ("time_drop",)),
}
"""Dimension -> stages of ops; of each a clip gets one op by that chance. The order is that of sound: speaker, room, line; then
come masks."""
STRENGTHS = {"voice": ("speed", "tempo", "vtlp"), "recording": ("room", "noise", "gain", "channel")}
"""What shares a magnitude; others follow the global strength alone."""
_FIXED = ("speed", "masks")  # draw their own sizes, or one of three speeds; others up to the magnitude
_PERTURBATION = Dimension("perturbation", 0.0, 1.0)
_WITH_CLASSES = {dimension.name: dimension for dimension in MINT_WITH_CLASSES}
_FILTERS = (_WITH_CLASSES["min_agreement"], _WITH_CLASSES["keep_quantile"])
_MINT = {
    ("speech-recognition", "versions"): (Dimension("share", 0.0, 0.5), _PERTURBATION, *_FILTERS),
    ("audio-classification", "new"): (_WITH_CLASSES["share"], _WITH_CLASSES["truncation"], *_FILTERS),
    ("audio-classification", "versions"): (_WITH_CLASSES["share"], _PERTURBATION, *_FILTERS),
}
"""Task, and how generated clips come about -> what is searched of them."""
_CONTROLS = (_PERTURBATION.name,)
"""Dimensions that the generator is told."""
_UNSEARCHED: dict[str, dict[str, float]] = {"speech-recognition": {}, "audio-classification": {"soft_labels": 0.5}}
"""Task -> mint settings that are the same wherever clips are minted: too few trials tell them from luck."""
_UNMINTED: Point = {"truncation": 1.0, "min_agreement": 0.5, "keep_quantile": 0.9}
_STANDARD: Point = {"speed": 2 / 3, "masks": 1.0}
_MINTED: dict[str, Point] = {
    "speech-recognition": {"share": 0.25, "perturbation": 0.5, "min_agreement": 0.5, "keep_quantile": 0.9},
    "audio-classification": {"share": 0.25, "perturbation": 0.5, "min_agreement": 0.5, "keep_quantile": 0.8},
}
_GOOD: dict[str, Point] = {
    "noise_room": {"noise": 0.5, "room": 0.3, "recording_magnitude": 0.6},
    "standard_noise": {**_STANDARD, "noise": 0.3, "recording_magnitude": 0.6},
    "gentle": {"strength": 0.4, **dict.fromkeys(CHANCES, 0.3)},
    "voices": {**_STANDARD, "vtlp": 0.5, "tempo": 0.3},
    "varied": {
        **{**_STANDARD, "strength": 0.8, "tempo": 0.5, "vtlp": 0.7, "shift": 0.3},
        **{"room": 0.5, "noise": 0.5, "gain": 0.3, "channel": 0.5},
    },
}
"""Combinations that have helped elsewhere."""


class AudioPolicySpace(PolicySpace):
    """Policies that pass a clip through a voice's, a room's and a line's changes and SpecAugment's masks, each by its own chance.

    Two families have a magnitude each, and a global strength scales all of them: at most 15 dimensions beside it.

    Args:
        task: "speech-recognition" or "audio-classification".
        sampling_rate: of the clips, samples a second.
        mint: what generated rows are at hand, whose settings become dimensions: "versions" of real clips, "new" ones of a class, or
            None.
        surroundings: noise and rooms of recordings. Without noises the op `noise_recorded` takes no part.

    Raises:
        UserError: there is no such task or op, or the rate is out of range.

    Example:
        >>> space = AudioPolicySpace("speech-recognition")
        >>> space.decode(space.starts()["identity"]).stages
        ()
    """

    def __init__(
        self,
        task: str,
        sampling_rate: int = 16000,
        mint: str | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        if task not in TASKS:
            raise UserError(f"There is no audio task {task!r}.", where="AudioPolicySpace", fix=nearest(str(task), TASKS))
        if mint is not None and (task, mint) not in _MINT:
            known = [kind for known, kind in _MINT if known == task]
            raise UserError(f"{task} has no {mint!r} clips.", where="AudioPolicySpace", fix=nearest(str(mint), known))
        self.task, self.mint = task, mint
        self._minted = _MINT[task, mint] if mint is not None else ()
        self.sampling_rate = Setting(sampling_rate).sampling_rate
        self.surroundings = surroundings or Surroundings()
        usable = set(op_names(task)) - (set() if self.surroundings.noises else {"noise_recorded"})
        usable_of = {chance: [tuple(op for op in ops if op in usable) for ops in stages] for chance, stages in CHANCES.items()}
        self.ops = {chance: kept for chance, stages in usable_of.items() if (kept := tuple(filter(None, stages)))}
        self._dimensions = (
            Dimension("strength", 0.1, 1.0),
            *(Dimension(chance, 0.0, 1.0) for chance in self.ops),
            *(Dimension(f"{family}_magnitude", 0.1, 1.0) for family in STRENGTHS),
            *self._minted,
        )
        every = (*self._dimensions, *(dimension for (known, _), kind in _MINT.items() if known == task for dimension in kind))
        self._identity: Point = {dimension.name: _neutral(dimension.name) for dimension in every}

    @property
    def dimensions(self) -> Sequence[Dimension]:
        return self._dimensions

    def decode(self, point: Point) -> AudioPolicy:
        """The policy at a point; coordinates left out are those of "identity". Raises UserError on an unknown coordinate."""
        for name in point:
            if name not in self._identity:
                raise UserError(f"There is no dimension {name!r}.", where="AudioPolicySpace", fix=nearest(name, self._identity))
        at: Point = {**self._identity, **point}
        stages = tuple(stage for chance in self.ops if at[chance] >= _LEAST for stage in self._stages(chance, at))
        searched = {dimension.name: at[dimension.name] for dimension in self._minted}
        mint = _mint_settings({**searched, **_UNSEARCHED[self.task]}) if self._minted else MintSettings()
        heard = self.surroundings if any({"noise_recorded", "room"} & set(stage.ops) for stage in stages) else Surroundings()
        return AudioPolicy(stages, mint, self.sampling_rate, heard)

    def _stages(self, chance: str, at: Point) -> list[Stage]:
        family = next((family for family, chances in STRENGTHS.items() if chance in chances), None)
        strength = float(at["strength"]) * (float(at[f"{family}_magnitude"]) if family else 1.0)
        magnitude = (strength if chance in _FIXED else 0.0, strength)
        return [Stage(dict.fromkeys(ops, 1.0), float(at[chance]), magnitude) for ops in self.ops[chance]]

    def holder(self, op: str) -> str | None:
        return next((chance for chance, stages in CHANCES.items() if any(op in ops for ops in stages)), None)

    def starts(self) -> Mapping[str, Point]:
        """The points "identity" and "standard" (see `standard_policy`), then with `mint` generated rows, then known good ones."""
        rows = _MINTED[self.task]
        minted: dict[str, Point] = {"minted": rows, "standard_minted": {**_STANDARD, **rows}}
        changes: dict[str, Point] = {"identity": {}, "standard": _STANDARD, **(minted if self.mint else {}), **_GOOD}
        names = [dimension.name for dimension in self.dimensions]
        return {start: {name: {**self._identity, **change}[name] for name in names} for start, change in changes.items()}


def standard_policy(task: str, sampling_rate: int = 16000) -> AudioPolicy:
    """The no-search baseline of both tasks: SpecAugment's masks on every clip, and speed 0.9, 1.0 or 1.1, each in a third of them.

    Raises:
        UserError: there is no such task or op, or the rate is out of range.

    Sources: Park et al. 2019, "SpecAugment: a simple data augmentation method for automatic speech recognition"; Ko et al. 2015,
    "Audio augmentation for speech recognition".
    """
    space = AudioPolicySpace(task, sampling_rate)
    return space.decode(space.starts()["standard"])


def _neutral(name: str) -> float:
    if name == "strength" or name.endswith("_magnitude"):
        return 1.0
    return float(_UNMINTED.get(name, 0.0))


def _mint_settings(at: Mapping[str, Any]) -> MintSettings:
    values = {key: float(value) if isinstance(value, np.floating) else value for key, value in at.items()}
    if not values["share"]:
        return MintSettings()
    controls = {name: values.pop(name) for name in _CONTROLS if name in values}
    return MintSettings.from_dict({**values, **({"controls": controls} if controls else {})})
