"""Small analytic search problems that the search tests share. Imported by worker processes too, hence a module of its own."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from augmint.core.interfaces import Batch, Dimension, MintSettings, Point, Policy, PolicySpace, RowRandom, keyed_generator
from augmint.core.search import TrialRequest, TrialScores


class PointPolicy(Policy):
    """A policy that is nothing but its point."""

    modality = "test"

    def __init__(self, point: Point) -> None:
        self.point, self.mint = point, MintSettings()

    def augment(self, batch: Batch, rng: RowRandom) -> Batch:
        return batch

    def to_dict(self) -> dict[str, Any]:
        return {"modality": "test", "version": 1, "mint": self.mint_dict(), "point": self.point}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> PointPolicy:
        return cls(values["point"])


class Space(PolicySpace):
    """Dimensions and starting points as given."""

    def __init__(self, dimensions: Sequence[Dimension], starts: Mapping[str, Point]) -> None:
        self._dimensions, self._starts = dimensions, starts

    @property
    def dimensions(self) -> Sequence[Dimension]:
        return self._dimensions

    def decode(self, point: Point) -> PointPolicy:
        return PointPolicy(point)

    def starts(self) -> Mapping[str, Point]:
        return self._starts


def branin_space() -> Space:
    """Branin's plane, an integer that costs a little and a category of which one value costs a little."""
    dimensions = [Dimension("x", -5, 10), Dimension("y", 0, 15), Dimension("layers", 1, 4, kind="integer"),
                  Dimension("order", choices=("first", "last"), kind="categorical")]
    return Space(dimensions, {"identity": {"x": 10.0, "y": 15.0, "layers": 1, "order": "first"},
                              "standard": {"x": 0.0, "y": 5.0, "layers": 2, "order": "last"}})


def branin(point: Point) -> float:
    """Minus Branin's function and the costs of layers and order: at most -0.398."""
    x, y = point["x"], point["y"]
    value = (y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10
    return -(value + 0.2 * (point["layers"] - 1) + (0.5 if point["order"] == "last" else 0.0))


def bowl_space() -> Space:
    """A cube."""
    starts = {"identity": dict.fromkeys("abc", 0.0), "standard": dict.fromkeys("abc", 0.5)}
    return Space([Dimension(name) for name in "abc"], starts)


def bowl_value(point: Point) -> float:
    """Minus the squared distance from a point off the centre."""
    return -sum((point[name] - centre) ** 2 for name, centre in zip("abc", (0.2, 0.7, 0.85)))


def bowl(request: TrialRequest) -> TrialScores:
    return TrialScores(bowl_value(request.point))


@dataclass
class Branin:
    """Branin's function; what else it does is told by its fields.

    Attributes:
        fidelities: offered; "cheap" is offset and coarser, all but the last are a little noisy.
        fail: trials that raise; nan: trials that give NaN; die: trials that end their process.
        pause: seconds a trial takes.
        calls: file that every call appends a line to.
    """

    fidelities: tuple[str, ...] = ("short", "full")
    fail: tuple[int, ...] = ()
    nan: tuple[int, ...] = ()
    die: tuple[int, ...] = ()
    pause: float = 0.0
    calls: str | None = None

    def __call__(self, request: TrialRequest) -> TrialScores:
        if self.calls is not None:
            with Path(self.calls).open("a") as file:
                file.write(f"{os.getpid()} {request.trial} {request.fidelity} {request.seed}\n")
        time.sleep(self.pause)
        if request.trial in self.die:
            os._exit(9)
        if request.trial in self.fail:
            raise RuntimeError(f"trial {request.trial} is out of luck")
        noise = float(keyed_generator(request.seed, "noise", request.fidelity).normal())
        scale = {"cheap": 1.0, "short": 0.1}.get(request.fidelity, 0.01)
        value = branin(request.point) - (5.0 if request.fidelity == "cheap" else 0.0) + scale * noise
        return TrialScores(math.nan if request.trial in self.nan else value, details={"seed": request.seed})
