"""What the search costs and what it gains, on objectives whose optimum is known.

Three tables: seconds of CPU for one proposal, seconds a trial spends outside the objective for each executor, and the best
value found after equal trials by random search, augmint's surrogates and (where installed) Optuna's TPE sampler.

    OMP_NUM_THREADS=1 python benchmarks/search_overhead.py --out benchmarks/search_overhead.json
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from augmint.core.interfaces import Batch, Dimension, MintSettings, Point, Policy, PolicySpace, RowRandom, keyed_generator
from augmint.core.search import PolicySearch, SearchArguments, Trial, TrialRequest, TrialScores
from augmint.core.search.proposer import Proposer


class Nothing(Policy):
    """A policy that does nothing; the benchmark needs one to decode to."""

    modality, mint = "benchmark", MintSettings()

    def __init__(self, point: Point) -> None:
        self.point = point

    def augment(self, batch: Batch, rng: RowRandom) -> Batch:
        return batch

    def to_dict(self) -> dict[str, Any]:
        return {"modality": self.modality, "version": 1, "mint": self.mint_dict(), "point": self.point}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Nothing:
        return cls(values["point"])


class Cube(PolicySpace):
    """The unit cube, with the corner and the centre as starting points."""

    def __init__(self, size: int) -> None:
        self._dimensions = [Dimension(f"x{place}") for place in range(size)]

    @property
    def dimensions(self) -> Sequence[Dimension]:
        return self._dimensions

    def decode(self, point: Point) -> Nothing:
        return Nothing(point)

    def starts(self) -> Mapping[str, Point]:
        return {name: {each.name: value for each in self._dimensions} for name, value in (("identity", 0.0), ("standard", 0.5))}


def branin(point: Point) -> float:
    """Minus Branin's function over the first two coordinates; at most -0.398."""
    x, y = 15 * point["x0"] - 5, 15 * point["x1"]
    return -((y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10)


HARTMANN_A = np.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])
HARTMANN_P = 1e-4 * np.array([[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
                              [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]])


def hartmann(point: Point) -> float:
    """Hartmann's function over the first six coordinates; at most 3.322."""
    x = np.array([point[f"x{place}"] for place in range(6)])
    return float(np.array([1, 1.2, 3, 3.2]) @ np.exp(-(HARTMANN_A * (x - HARTMANN_P) ** 2).sum(1)))


class Problem:
    """A function on a cube, seen through noise. Picklable."""

    def __init__(self, function: Callable[[Point], float], size: int, noise: float) -> None:
        self.function, self.size, self.noise = function, size, noise

    def __call__(self, request: TrialRequest) -> TrialScores:
        noise = float(keyed_generator(request.seed, "noise").normal())
        return TrialScores(self.function(request.point) + self.noise * noise)


PROBLEMS = {
    "Branin, 2 dimensions": Problem(branin, 2, 0.0),
    "Hartmann, 6 of 12 dimensions, noise 0.1": Problem(hartmann, 12, 0.1),
}


def proposal_seconds() -> list[dict[str, Any]]:
    """CPU seconds of one proposal, by surrogate, number of dimensions and of trials told."""
    rows = []
    for surrogate in ("GP", "RF", "ET"):
        for size in (4, 16):
            for count in (20, 100):
                proposer = Proposer(Cube(size).dimensions, SearchArguments(surrogate=surrogate))
                rng = keyed_generator(0, "benchmark", size, count)
                points = [{f"x{place}": float(value) for place, value in enumerate(rng.uniform(size=size))} for _ in range(count)]
                told = [(point, -sum((value - 0.3) ** 2 for value in point.values())) for point in points]
                proposer.propose(0, told[:5], [], [])  # imports and first use are not the proposal's
                start = time.process_time()
                proposer.propose(count, told, [], [])
                rows.append({"surrogate": surrogate, "dimensions": size, "trials": count, "seconds": time.process_time() - start})
    return rows


def executor_seconds(trials: int = 20) -> list[dict[str, Any]]:
    """Wall-clock seconds a trial that costs nothing takes, the journal on disk included and starting workers apart."""
    rows = []
    for executor in ("serial", "threads", "processes"):
        with tempfile.TemporaryDirectory() as folder:
            ends: list[float] = []
            arguments = SearchArguments(trials=trials, initial_points=trials, finalists=0, executor=executor, workers=2)
            search = PolicySearch(Cube(4), Problem(_zero, 4, 1.0), Path(folder) / "trials.jsonl", arguments)
            search.run(callbacks=[partial(_note, ends)], progress=False)
            rows.append({"executor": executor, "seconds": (ends[-1] - ends[3]) / (len(ends) - 4)})
    return rows


def _note(ends: list[float], trial: Trial) -> None:
    ends.append(time.perf_counter())


def _zero(point: Point) -> float:
    return 0.0


def best_found(trials: int, seeds: int) -> list[dict[str, Any]]:
    """The noiseless value at the best point tried, over seeds."""
    methods: dict[str, Callable[[Problem, int, int], float]] = {"random search": _random}
    for surrogate in ("GP", "RF", "ET"):
        methods[f"augmint {surrogate}"] = partial(_ours, surrogate=surrogate)
    if importlib.util.find_spec("optuna") is not None:
        methods["Optuna TPE"] = _optuna
    rows = []
    for name, problem in PROBLEMS.items():
        for method, search in methods.items():
            start = time.process_time()
            values = [search(problem, trials, seed) for seed in range(seeds)]
            rows.append({"problem": name, "method": method, "mean": statistics.mean(values), "least": min(values),
                         "greatest": max(values), "cpu_seconds": time.process_time() - start, "values": values})
            print(f"{name:42} {method:16} {rows[-1]['mean']:8.3f}", flush=True)
    return rows


def _ours(problem: Problem, trials: int, seed: int, surrogate: str) -> float:
    arguments = SearchArguments(trials=trials, finalists=0, seed=seed, executor="serial", surrogate=surrogate)
    result = PolicySearch(Cube(problem.size), problem, None, arguments).run(progress=False)
    return max(problem.function(trial.point) for trial in result.trials)


def _random(problem: Problem, trials: int, seed: int) -> float:
    rng = keyed_generator(seed, "benchmark", "random")
    points = rng.uniform(size=(trials, problem.size))
    return max(problem.function({f"x{place}": float(value) for place, value in enumerate(point)}) for point in points)


def _optuna(problem: Problem, trials: int, seed: int) -> float:
    import optuna  # type: ignore[import-not-found]

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    seen: list[float] = []

    def objective(trial: Any) -> float:
        point = {f"x{place}": trial.suggest_float(f"x{place}", 0.0, 1.0) for place in range(problem.size)}
        seen.append(problem.function(point))
        return problem(TrialRequest(point, "full", 1000 * seed + trial.number, trial.number)).downstream

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    for point in Cube(problem.size).starts().values():
        study.enqueue_trial(point)
    study.optimize(objective, n_trials=trials)
    return max(seen)


def tables(record: Mapping[str, Any]) -> str:
    """The record as Markdown."""
    lines = ["CPU seconds of one proposal:", "", "| surrogate | dimensions | trials told | seconds |", "|---|---:|---:|---:|"]
    lines += [f"| {row['surrogate']} | {row['dimensions']} | {row['trials']} | {row['seconds']:.2f} |"
              for row in record["proposal_seconds"]]
    lines += ["", "Wall-clock time of a trial whose objective costs nothing, journal on disk included:", ""]
    lines += ["| executor | ms |", "|---|---:|"]
    lines += [f"| {row['executor']} | {1000 * row['seconds']:.1f} |" for row in record["executor_seconds"]]
    what = f"Noiseless value of the best point of {record['trials']} trials, over {record['seeds']} seeds (greater is better):"
    lines += ["", what, ""]
    lines += ["| problem | method | mean | least | greatest |", "|---|---|---:|---:|---:|"]
    lines += [f"| {row['problem']} | {row['method']} | {row['mean']:.3f} | {row['least']:.3f} | {row['greatest']:.3f} |"
              for row in record["best_found"]]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=24)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/search_overhead.json"), help="the tables go beside it, as .md")
    options = parser.parse_args()
    record = {"trials": options.trials, "seeds": options.seeds, "machine": platform.machine(), "python": platform.python_version(),
              "proposal_seconds": proposal_seconds(), "executor_seconds": executor_seconds(),
              "best_found": best_found(options.trials, options.seeds)}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(record, indent=1) + "\n")
    options.out.with_suffix(".md").write_text(tables(record))
    print(tables(record))


if __name__ == "__main__":
    main()
