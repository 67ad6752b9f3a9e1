"""What a search is told: the recipe's `search` section."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from augmint.core.errors import UserError, nearest

EXECUTORS = ("processes", "serial", "threads", "ray")
SURROGATES = ("GP", "RF", "ET")
ACQUISITIONS = ("gp_hedge", "EI", "LCB", "PI")
OBJECTIVE_PARTS = ("downstream", "quality", "diversity")

FREE_TO_CHANGE = ("trials", "time_limit", "executor", "workers", "exclude")
"""Arguments that may differ when a journal is taken up again, since no proposed point depends on them, or since the space tells."""


@dataclass(frozen=True)
class SearchArguments:
    """Arguments of a `PolicySearch`.

    Attributes:
        exclude: dimensions of the space that stay out of it, such as `[flip]` where classes are letters or `[speed, tempo]` where
            they are pitches: neither the found policy nor `standard` then has such ops. Only recipes narrow a space so.
        trials: how many points are tried, the space's starting points among them. Raising it later continues the search.
        time_limit: seconds (over all restarts) after which no further batch of trials starts, or None. The starting points up
            to the baselines with minted rows are tried in any case, a batch that has started ends, and the final round comes on
            top.
        objective: weights of the three scores. The objective of a trial is the weighted sum of `downstream` in the
            metric's own unit (greater is better) and `quality` and `diversity` in [0, 1]: with accuracy in per cent,
            `quality: 5` makes perfect quality worth five points of accuracy.
        batch_size: points proposed together, each with constant-liar values for those before it. What is proposed depends on
            this number and never on `workers`; more workers than this are busy in the final round alone.
        executor: "processes", "serial", "threads" or "ray". "threads" is for objectives of your own that train nothing; a recipe
            refuses it.
        workers: trials at the same time; None takes the cores there are, or one where trials share an accelerator.
        threads: torch and BLAS threads of one trial, fixed so that scores do not depend on `workers`.
        surrogate: "GP" (Gaussian process), "RF" (random forest) or "ET" (extra trees).
        acquisition: "EI", "LCB", "PI", or "gp_hedge", which draws one of the three anew for every point.
        initial_points: space-filling points after the starting points and before the surrogate's first proposal; None takes what
            the starting points leave of eight, at least two.
        fidelities: names of the settings a trial can be scored at, cheap before expensive. The last is that of the final
            round; those before it are run one after the other and the last of them is what the surrogate learns from. One
            name alone serves for both. None takes the objective's own `fidelities`.
        prune_quantile: a trial whose score at a fidelity lies below this quantile of the earlier batches' scores goes no
            further; 0 prunes none. Starting points are never pruned.
        finalists: best trials that are run again in the final round, beside identity and the standard baseline; 0 leaves the
            final round out, and the winner's score is then the (optimistic) one it won with.
        final_seeds: runs of every finalist, each with a seed that all finalists share.
        seed: the run's seed.

    Raises:
        UserError: a value is wrong; `where` is `search.<key>`.
    """

    trials: int = 24
    time_limit: float | None = None
    objective: Mapping[str, float] = field(default_factory=lambda: {"downstream": 1.0, "quality": 0.0, "diversity": 0.0})
    batch_size: int = 2
    executor: str = "processes"
    workers: int | None = None
    threads: int = 1
    surrogate: str = "GP"
    acquisition: str = "EI"
    initial_points: int | None = None
    fidelities: tuple[str, ...] | None = None
    prune_quantile: float = 0.25
    finalists: int = 3
    final_seeds: int = 3
    seed: int = 0
    exclude: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, least in (("trials", 1), ("batch_size", 1), ("threads", 1), ("finalists", 0),
                            ("final_seeds", 1), ("seed", 0)):
            _check_integer(name, getattr(self, name), least)
        for name, least in (("workers", 1), ("initial_points", 0)):
            if getattr(self, name) is not None:
                _check_integer(name, getattr(self, name), least)
        if self.time_limit is not None and not (_is_number(self.time_limit) and self.time_limit > 0):
            raise _wrong("time_limit", self.time_limit, "Give seconds above 0, or null for no limit.")
        if not (_is_number(self.prune_quantile) and 0 <= self.prune_quantile < 1):
            raise _wrong("prune_quantile", self.prune_quantile, "Give a number in [0, 1); 0 prunes nothing.")
        _check_choice("executor", self.executor, EXECUTORS)
        _check_choice("surrogate", self.surrogate, SURROGATES)
        _check_choice("acquisition", self.acquisition, ACQUISITIONS)
        object.__setattr__(self, "objective", _checked_weights(self.objective))
        object.__setattr__(self, "fidelities", _checked_fidelities(self.fidelities))
        if isinstance(self.exclude, str) or not all(isinstance(name, str) for name in self.exclude):
            raise _wrong("exclude", self.exclude, "Give a list of dimensions.")
        object.__setattr__(self, "exclude", tuple(self.exclude))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The arguments of a recipe's section. Raises UserError naming the nearest known key.

        Example:
            >>> SearchArguments.from_dict({"trails": 3})
            Traceback (most recent call last):
            ...
            augmint.core.errors.UserError: search.trails: There is no such key. Did you mean 'trials'?
        """
        known = {item.name for item in fields(cls)}
        for name in values:
            if name not in known:
                raise UserError("There is no such key.", where=f"search.{name}", fix=nearest(str(name), known))
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """JSON values; `from_dict` takes them back."""
        values = asdict(self)
        values["objective"] = dict(self.objective)
        values["exclude"] = list(self.exclude)
        values["fidelities"] = None if self.fidelities is None else list(self.fidelities)
        return values


def _wrong(name: str, value: Any, fix: str) -> UserError:
    return UserError(f"It is {value!r}.", where=f"search.{name}", fix=fix)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _check_integer(name: str, value: Any, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise _wrong(name, value, f"Give a whole number of at least {least}.")


def _check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise _wrong(name, value, nearest(str(value), choices))


def _checked_weights(weights: Any) -> dict[str, float]:
    if not isinstance(weights, Mapping):
        raise _wrong("objective", weights, "Give weights such as {downstream: 1.0, quality: 0.0, diversity: 0.0}.")
    for name, weight in weights.items():
        if name not in OBJECTIVE_PARTS:
            raise UserError("There is no such score.", where=f"search.objective.{name}", fix=nearest(str(name), OBJECTIVE_PARTS))
        if not _is_number(weight) or weight < 0:
            raise _wrong(f"objective.{name}", weight, "Give a finite weight of at least 0.")
    if not any(weights.values()):
        raise _wrong("objective", dict(weights), "At least one weight must be above 0.")
    return {name: float(weights.get(name, 0.0)) for name in OBJECTIVE_PARTS}


def _checked_fidelities(names: Any) -> tuple[str, ...] | None:
    if names is None:
        return None
    right = isinstance(names, (list, tuple)) and names and all(isinstance(name, str) and name for name in names)
    if not right or len(set(names)) < len(names):
        raise _wrong("fidelities", names, 'Give a list of different names, cheap before expensive, such as ["short", "full"].')
    return tuple(names)
