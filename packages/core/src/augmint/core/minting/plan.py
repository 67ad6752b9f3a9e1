"""What is to be minted, as plain values: the same plan gives the same rows on any machine that computes alike."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from augmint.core.data.provenance import BY_GENERATOR
from augmint.core.interfaces import Judge, MintSettings, RowCodec, keyed_seed
from augmint.core.minting.arguments import MintArguments
from augmint.core.minting.rows import encode_chunks

NO_CLASS = -1
"""The label of rows of tasks without classes."""
GROWTH = 4
"""A round makes no more than so many times the candidates before it: few tell little of how many will pass."""
HOPELESS = 0.1
"""Part of what is missing that must be within reach, at the best that the candidates so far allow, for another round."""


@dataclass(frozen=True)
class Shard:
    """One work item: candidates `index * shard_size + i` with the labels they are meant to have."""

    index: int
    labels: tuple[int, ...]


@dataclass(frozen=True)
class MintPlan:
    """Everything that decides which rows come out.

    Attributes:
        seed: the run's seed.
        quotas: class -> minted rows wanted (`NO_CLASS` for tasks without classes).
        origin: "generator" or "policy".
        settings: the policy's mint settings, or those that stand in for them.
        arguments: the recipe's mint section.
        policy: fingerprint of the policy under `settings`, or None.
        identity: digest of the networks and rows in use, so that other ones start afresh.
        conditions: class -> how many conditions there are, where all samples of one would be the same: no more are made.
    """

    seed: int
    quotas: Mapping[int, int]
    settings: MintSettings
    arguments: MintArguments
    origin: str = BY_GENERATOR
    policy: str | None = None
    identity: str = ""
    conditions: Mapping[int, int] | None = None

    def ids(self, shard: Shard) -> np.ndarray:
        """Candidate ids of a shard, int64."""
        return shard.index * self.arguments.shard_size + np.arange(len(shard.labels), dtype=np.int64)

    def row_seed(self, candidate: int) -> int:
        """What a candidate is drawn from: the `augmint_seed` of its row."""
        return keyed_seed(self.seed, "mint", int(candidate))

    def first_wanted(self) -> dict[int, int]:
        """Class -> candidates of the first round."""
        factor = self.arguments.candidates_factor / self.settings.keep_quantile * self.settings.best_of
        return {label: self._bounded(label, math.ceil(quota * factor), 0) for label, quota in self.quotas.items() if quota}

    def groups(self, candidates: np.ndarray) -> np.ndarray:
        """Which group of `best_of` candidates, all made for one condition, each candidate id belongs to."""
        return candidates // self.settings.best_of

    def next_wanted(self, made: Mapping[int, int], passed: Mapping[int, int]) -> dict[int, int]:
        """Class -> further candidates, from how many of those made passed so far; {} where nothing is missing or allowed, and where
        hardly any would pass (none of 300 passed: not more than one in a hundred will, by the rule of three)."""
        wanted = {}
        for label, quota in self.quotas.items():
            missing, tried = quota - passed.get(label, 0), made.get(label, 0)
            if missing > 0:
                rate, at_best = max(passed.get(label, 0), 0.5) / max(tried, 1), (passed.get(label, 0) + 3) / max(tried, 1)
                more = self._bounded(label, min(math.ceil(missing / rate * 1.1) + 1, GROWTH * max(tried, 1)), tried)
                if more > 0 and at_best * (self._most(label) - tried) >= HOPELESS * missing:
                    wanted[label] = more
        return wanted

    def shards(self, wanted: Mapping[int, int], first: int) -> list[Shard]:
        """The work items that make `wanted`, numbered from `first`."""
        labels = [label for label in sorted(wanted) for _ in range(wanted[label])]
        size = self.arguments.shard_size
        return [Shard(first + at // size, tuple(labels[at : at + size])) for at in range(0, len(labels), size)]

    def to_dict(self) -> dict[str, Any]:
        return {"seed": self.seed, "quotas": {str(label): quota for label, quota in sorted(self.quotas.items())},
                "origin": self.origin, "settings": asdict(self.settings), "arguments": self.arguments.to_dict(),
                "policy": self.policy, "identity": self.identity,
                "conditions": {str(label): count for label, count in sorted((self.conditions or {}).items())}}

    @property
    def fingerprint(self) -> str:
        """16 hex digits: names the folder of candidates."""
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()[:16]

    @property
    def controls(self) -> dict[str, Any]:
        """What the generator is told."""
        truncation = {} if self.settings.truncation == 1.0 else {"truncation": self.settings.truncation}
        return {**truncation, **self.settings.controls}

    def candidate_key(self, shard: Shard) -> str:
        """16 hex digits that name a shard's candidates: equal where plans differ in filters, amounts or ops alone."""
        kept = self.settings
        made = [kept.truncation, dict(kept.controls), kept.best_of, self.origin, self.identity, self.seed, shard.index,
                shard.labels, self.policy if self.origin != BY_GENERATOR else None, self.arguments.block_size,
                self.arguments.shard_size,
                self.arguments.memorisation_quantile, self.arguments.threads]
        return hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:16]

    def _bounded(self, label: int, count: int, tried: int) -> int:
        size = self.settings.best_of
        count = -(-count // size) * size  # whole groups
        return max(0, min(count, self._most(label) - tried))

    def _most(self, label: int) -> int:
        """Candidates that may be made of a class."""
        most = math.ceil(self.quotas[label] * self.arguments.max_candidates) * self.settings.best_of
        return most if self.conditions is None else min(most, self.conditions.get(label, 0))


def build_quotas(arguments: MintArguments, labels: Sequence[int] | None, n: int, classes: int = 0, *, balance: float = 0.0,
                 weakness: Sequence[float] | np.ndarray | None = None) -> dict[int, int]:
    """Class -> minted rows wanted.

    `ratio` and `total` share their rows out in proportion to (1 - balance) * frequency + balance * weakness; only classes that
    have originals get any. `per_class: N` mints N less what the class has.

    Args:
        arguments: the amount.
        labels: class of every original row, or None for tasks without classes.
        n: original rows.
        classes: number of classes.
        balance: `MintSettings.balance`.
        weakness: how badly every class is recognised, >= 0 (see `class_weakness`); None takes all classes for equally weak.

    Example:
        >>> build_quotas(MintArguments(ratio=2), [0, 0, 0, 1], 4, 2)
        {0: 6, 1: 2}
        >>> build_quotas(MintArguments(per_class=3), [0, 0, 0, 1], 4, 2)
        {0: 0, 1: 2}
    """
    if labels is None:
        arguments.check_without_classes()
        return {NO_CLASS: _total(arguments, n)}
    counts = np.bincount(np.asarray(labels, dtype=np.int64), minlength=classes)
    if arguments.per_class is not None:
        return {label: max(0, arguments.per_class - int(count)) for label, count in enumerate(counts)}
    weak = np.ones(len(counts)) if weakness is None else np.clip(np.asarray(weakness, dtype=np.float64), 0, None)
    weak = np.where(counts > 0, weak, 0)
    weak = weak / weak.sum() if weak.sum() > 0 else counts / counts.sum()
    shares = (1 - balance) * counts / counts.sum() + balance * weak
    return dict(enumerate(_shared_out(shares, _total(arguments, n))))


def class_weakness(judge: Judge, codec: RowCodec, dataset: Any) -> np.ndarray:
    """Mean probability that the judge withholds from the true class, float64 (classes,), over held-out rows."""
    names = codec.label_names or ()
    labels = np.asarray(codec.labels(dataset), dtype=np.int64)
    missed = np.zeros(len(labels))
    for at in range(0, len(labels), 256):
        part = labels[at : at + 256]
        chunks = encode_chunks(codec, dataset.select(range(at, at + len(part))))
        probabilities = np.concatenate([judge.probabilities(chunk).numpy() for chunk in chunks])
        missed[at : at + len(part)] = 1 - probabilities[np.arange(len(part)), part]
    counts = np.bincount(labels, minlength=len(names))
    # One pseudo-row of average weakness a class, so that a class with few or no rows here is not taken for perfect.
    return (np.bincount(labels, weights=missed, minlength=len(names)) + missed.mean()) / (counts + 1)


def identify(*parts: nn.Module | Path | str) -> str:
    """16 hex digits over networks' weights, files' contents (a folder's too) and strings."""
    state = hashlib.sha256()
    for part in parts:
        if isinstance(part, nn.Module):
            for name, tensor in sorted(part.state_dict().items()):
                state.update(name.encode())
                state.update(tensor.detach().cpu().contiguous().float().numpy().tobytes())
        elif isinstance(part, Path):
            for file in sorted(part.rglob("*")) if part.is_dir() else [part]:
                if file.is_file():
                    state.update(str(file.relative_to(part)).encode() + hashlib.sha256(file.read_bytes()).digest())
        else:
            state.update(part.encode())
        state.update(b"\x1f")
    return state.hexdigest()[:16]


def _total(arguments: MintArguments, n: int) -> int:
    return arguments.total if arguments.total is not None else round((arguments.ratio or 0.0) * n)


def _shared_out(shares: np.ndarray, total: int) -> list[int]:
    exact = shares * total
    counts = np.floor(exact + 1e-9).astype(np.int64)
    order = np.lexsort((np.arange(len(shares)), -(exact - counts)))
    counts[order[: total - int(counts.sum())]] += 1
    return [int(count) for count in counts]
