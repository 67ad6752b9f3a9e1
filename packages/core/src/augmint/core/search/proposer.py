"""Which point to try next: Bayesian optimisation by scikit-optimize, rebuilt from the record for every proposal.

Source: Jones et al. 1998, "Efficient global optimization of expensive black-box functions" (expected improvement);
Ginsbourger et al. 2010, "Kriging is well-suited to parallelize optimization" (the constant liar);
Hoffman et al. 2011, "Portfolio allocation for Bayesian optimization" (`gp_hedge`, here with equal chances).
"""

from __future__ import annotations

import itertools
import logging
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from augmint.core.interfaces import Dimension, Point, keyed_generator, keyed_seed
from augmint.core.search.arguments import SearchArguments
from augmint.core.search.candidates import candidates
from augmint.core.search.spaces import SkoptSpace
from augmint.core.search.surrogate import make_surrogate
from augmint.core.search.threads import limited_threads

logger = logging.getLogger(__name__)

CENTRES = 3
"""How many of the best points candidates are drawn around."""

ENUMERABLE = 100_000
"""Finite spaces up to this size are enumerated to find points not tried yet."""


class Proposer:
    """Proposes points. A proposal depends on the seed, the space, the trial's number and what it is told, on nothing else.

    No state is kept between proposals: scikit-optimize's pickles do not survive an upgrade, so the optimiser is rebuilt from
    the journal each time (under a second for a hundred trials).
    """

    def __init__(self, dimensions: Sequence[Dimension], arguments: SearchArguments) -> None:
        self.space = SkoptSpace(dimensions)
        self.arguments = arguments

    def initial(self, count: int) -> list[Point]:
        """`count` space-filling points, a Latin hypercube that maximises the least distance."""
        if count == 0 or not self.space.free:
            return []
        from skopt.sampler import Lhs

        seed = keyed_seed(self.arguments.seed, "search", "initial") % 2**31
        with warnings.catch_warnings(), limited_threads(1):
            warnings.simplefilter("ignore")
            design = Lhs(lhs_type="classic", criterion="maximin", iterations=100)
            drawn = design.generate(self.space.skopt_dimensions(), count, random_state=seed)
        return [self.space.from_skopt(coordinates) for coordinates in drawn]

    def propose(self, trial: int, told: Sequence[tuple[Point, float]], pending: Sequence[Point],
                seen: Sequence[Point]) -> Point | None:
        """The next point.

        Args:
            trial: number of the trial it is for; keys the random draws.
            told: points and scores, greater is better, all finite.
            pending: points under way, told as if they had scored as well as the best so far, which keeps proposals apart.
            seen: points not to be proposed again.

        Returns:
            a point not in `seen`, or None when every point of a finite space is in it.
        """
        point = self._model_point(trial, told, pending, seen) if told and self.space.free else None
        if point is not None:
            return point
        return self.unseen(trial, seen)

    def unseen(self, trial: int, seen: Sequence[Point]) -> Point | None:
        """A point drawn uniformly among those not in `seen`, or None where there are none."""
        rng = keyed_generator(self.arguments.seed, "search", "unseen", trial)
        for _ in range(200):
            point = self._draw(rng)
            if point not in seen:
                return point
        if self.space.size() > ENUMERABLE:
            return self._draw(rng)
        left = [point for point in self._enumerate() if point not in seen]
        return left[int(rng.integers(len(left)))] if left else None

    def _model_point(self, trial: int, told: Sequence[tuple[Point, float]], pending: Sequence[Point],
                     seen: Sequence[Point]) -> Point | None:
        """The candidate of the greatest acquisition that is not in `seen`."""
        from skopt import Optimizer, acquisition

        losses = [-score for _, score in told]
        coordinates = [self.space.to_skopt(point) for point, _ in told] + [self.space.to_skopt(point) for point in pending]
        losses += [min(losses)] * len(pending)
        seed = keyed_seed(self.arguments.seed, "search", "proposal", trial) % 2**31
        rng = keyed_generator(self.arguments.seed, "search", "candidates", trial)
        ranked = sorted(told, key=lambda pair: -pair[1])
        try:
            # One BLAS thread: the last bits of a fit, and with them the proposals, would depend on how many there are.
            with warnings.catch_warnings(), limited_threads(1):
                warnings.simplefilter("ignore")
                # Its `ask` is not used (see `candidates`), so it need not look far for its own next point.
                optimizer = Optimizer(
                    self.space.skopt_dimensions(), n_initial_points=0, acq_func="EI", acq_optimizer="sampling",
                    acq_optimizer_kwargs={"n_points": 10}, random_state=seed,
                    base_estimator=make_surrogate(self.arguments.surrogate, self.space.columns(), seed),
                )
                optimizer.tell(coordinates, losses)
                drawn = candidates(self.space, [point for point, _ in ranked[:CENTRES]], rng)
                transformed = np.asarray(optimizer.space.transform(drawn))
                name = self.arguments.acquisition
                if name == "gp_hedge":
                    name = ("EI", "LCB", "PI")[int(rng.integers(3))]
                if name == "LCB":
                    gain = -acquisition.gaussian_lcb(transformed, optimizer.models[-1])
                else:
                    function = acquisition.gaussian_ei if name == "EI" else acquisition.gaussian_pi
                    gain = function(transformed, optimizer.models[-1], y_opt=min(losses))
        except (ValueError, np.linalg.LinAlgError) as error:
            logger.warning("The surrogate could not be fitted for trial %d (%s); a random point is tried instead.", trial, error)
            return None
        points = (self.space.from_skopt(drawn[place]) for place in np.argsort(-gain, kind="stable"))
        return next((point for point in points if point not in seen), None)

    def _draw(self, rng: np.random.Generator) -> Point:
        coordinates: list[Any] = []
        for dimension in self.space.free:
            if dimension.kind == "categorical":
                coordinates.append(dimension.choices[int(rng.integers(len(dimension.choices)))])
            elif dimension.kind == "integer":
                coordinates.append(int(rng.integers(int(dimension.low), int(dimension.high) + 1)))
            else:
                coordinates.append(float(rng.uniform(dimension.low, dimension.high)))
        return self.space.from_skopt(coordinates)

    def _enumerate(self) -> list[Point]:
        values: list[Sequence[Any]] = [
            dimension.choices if dimension.kind == "categorical" else range(int(dimension.low), int(dimension.high) + 1)
            for dimension in self.space.free
        ]
        return [self.space.from_skopt(coordinates) for coordinates in itertools.product(*values)]
