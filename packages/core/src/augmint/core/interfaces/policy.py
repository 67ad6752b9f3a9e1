"""Augmentation: one op, a policy made of ops and minting settings, and the space a search looks in."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar, Self

from torch import Tensor

from augmint.core.errors import UserError, nearest
from augmint.core.interfaces.batch import Batch
from augmint.core.interfaces.rng import RowRandom


class Op(ABC):
    """One augmentation. Drawing parameters is apart from applying them, so an augmentation replays exactly."""

    name: ClassVar[str]

    @abstractmethod
    def draw(self, rng: RowRandom, magnitude: Tensor, batch: Batch) -> Batch:
        """Parameters for every row.

        Args:
            rng: one stream a row.
            magnitude: strength, float32 (n,) in [0, 1]. 0 leaves rows unchanged where the op allows it; more is never weaker.
            batch: read for shapes and lengths only.

        Returns:
            tensors with n rows.
        """

    @abstractmethod
    def apply(self, batch: Batch, parameters: Batch) -> Batch:
        """The augmented rows: new tensors, same names, shapes and dtypes, labels following where they must."""


_MINT_CHOICES: Mapping[str, tuple[Any, ...]] = {"best_of": (1, 2, 4, 8, 16), "schedule": ("mixed", "pretrain"),
                                               "tagged": (False, True)}


@dataclass(frozen=True)
class MintSettings:
    """How generated rows are made, filtered and weighed. The part of a policy that every modality shares.

    Attributes:
        share: part of every training batch that is generated, [0, 0.95]. 0 leaves generated rows out.
        truncation: scale of the generator's noise, (0, 1.5]. Below 1 is closer to the typical, less diverse.
        min_agreement: least probability the judge gives the intended label, [0, 1). 0 keeps all.
        keep_quantile: part kept, best discriminator scores first, (0, 1]. 1 keeps all.
        balance: 0 mints classes as often as they occur in training, 1 mints weak classes (by the judge) more.
        soft_labels: 0 trains generated rows on the intended label, 1 on the judge's probabilities, between: the mixture.
        best_of: candidates made for each condition; the one that the discriminator likes best goes on. 1, 2, 4, 8 or 16.
        weight: of a generated row's loss against a real row's, (0, 1].
        schedule: "mixed" puts generated rows into every batch, "pretrain" into the first two thirds of the steps, more densely,
            so that training ends on real rows alone.
        tagged: whether the model sees that a row is generated, where the task can mark rows so (texts can, images cannot).
        controls: further arguments of the generator's `sample`, such as `{"temperature": 0.7}`.
    """

    share: float = 0.0
    truncation: float = 1.0
    min_agreement: float = 0.5
    keep_quantile: float = 0.9
    balance: float = 0.0
    soft_labels: float = 0.0
    best_of: int = 1
    weight: float = 1.0
    schedule: str = "mixed"
    tagged: bool = False
    controls: Mapping[str, float | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ranges = {
            "share": (0, 0.95),
            "truncation": (0.01, 1.5),
            "min_agreement": (0, 0.999),
            "keep_quantile": (0.01, 1),
            "balance": (0, 1),
            "soft_labels": (0, 1),
            "weight": (0.001, 1),
        }
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if not isinstance(value, (int, float)) or not low <= value <= high:
                raise UserError(f"{name} is {value!r}.", where="policy mint settings", fix=f"Give a number in [{low}, {high}].")
        for name, choices in _MINT_CHOICES.items():
            if getattr(self, name) not in choices:
                raise UserError(f"{name} is {getattr(self, name)!r}.", where="policy mint settings",
                                fix=f"Give one of {', '.join(map(str, choices))}.")
        if not isinstance(self.controls, Mapping) or not all(isinstance(key, str) for key in self.controls):
            raise UserError(f"controls are {self.controls!r}.", where="policy mint settings", fix="Give name: value.")
        object.__setattr__(self, "controls", dict(self.controls))

    def __hash__(self) -> int:
        return hash(json.dumps(asdict(self), sort_keys=True))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        known = {item.name for item in fields(cls)}
        for name in values:
            if name not in known:
                raise UserError(f"{name!r} is not a mint setting.", where="policy", fix=nearest(name, known))
        return cls(**values)


class Policy(ABC):
    """What to do with rows: ops on real ones (`augment`, `mix`) and settings for generated ones (`mint`).

    Immutable and versioned JSON: portable, readable, transferable to another data set of the same task.
    """

    modality: ClassVar[str]
    version: ClassVar[int] = 1
    mint: MintSettings

    @abstractmethod
    def augment(self, batch: Batch, rng: RowRandom) -> Batch:
        """Rows through the ops, each row by its own draws; row i of the result depends on row i alone."""

    def mix(self, batch: Batch, rng: RowRandom) -> Batch:
        """Mix rows of a batch with each other (MixUp and the like). The default mixes nothing."""
        return batch

    def __call__(self, batch: Batch, rng: RowRandom) -> Batch:
        """`augment`, then `mix`: what a training collator applies."""
        return self.mix(self.augment(batch, rng.child("augment")), rng.child("mix"))

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """JSON values, with "modality" and "version" and `mint` (see `mint_dict`)."""

    @classmethod
    @abstractmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The policy that `to_dict` gave. Raises UserError on an unknown op, key or version."""

    def mint_dict(self) -> dict[str, Any]:
        return asdict(self.mint)

    @property
    def fingerprint(self) -> str:
        """12 hex digits over the canonical JSON: the `augmint_policy` column of minted rows."""
        return _fingerprint(self.to_dict())

    def under(self, settings: MintSettings) -> dict[str, Any]:
        """`to_dict`, with other settings to mint by: a policy that mints nothing of itself may be minted for all the same."""
        return self.to_dict() if settings == self.mint else {**self.to_dict(), "mint": asdict(settings)}

    def fingerprint_under(self, settings: MintSettings) -> str:
        """As `fingerprint`, under these settings."""
        return _fingerprint(self.under(settings))


def _fingerprint(values: Mapping[str, Any]) -> str:
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Dimension:
    """One coordinate of a search.

    Attributes:
        name: the key in a point.
        low, high: the range of a number (both ends included); ignored where `choices` are given.
        choices: the values of a categorical coordinate.
        kind: "real", "integer" or "categorical".
    """

    name: str
    low: float = 0.0
    high: float = 1.0
    choices: tuple[str, ...] = ()
    kind: str = "real"


Point = dict[str, Any]
"""Dimension name -> Python float, int or str: what is journalled."""


class PolicySpace(ABC):
    """The policies a search may propose."""

    @property
    @abstractmethod
    def dimensions(self) -> Sequence[Dimension]:
        """The coordinates, in a fixed order."""

    @abstractmethod
    def decode(self, point: Point) -> Policy:
        """The policy at a point."""

    @abstractmethod
    def starts(self) -> Mapping[str, Point]:
        """Named first points, in order. "identity" (no augmentation) comes first, then the no-search baselines."""

    def holder(self, op: str) -> str | None:
        """The dimension that decides whether an op takes part, where none has the op's own name; None where nothing is known."""
        return None
