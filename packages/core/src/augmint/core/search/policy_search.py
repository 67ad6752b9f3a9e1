"""Bayesian optimisation of the augmentation policy, resumable at every line of its journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from augmint.core.errors import UserError, nearest
from augmint.core.interfaces import PolicySpace
from augmint.core.search.arguments import FREE_TO_CHANGE, SearchArguments
from augmint.core.search.finals import baseline_names, in_any_case
from augmint.core.search.history import Trial
from augmint.core.search.journal import Journal
from augmint.core.search.plain import plain
from augmint.core.search.progress import Progress
from augmint.core.search.result import SearchResult
from augmint.core.search.run import Run
from augmint.core.search.spaces import check_dimensions, checked_point
from augmint.core.search.trial import TrialObjective

JOURNAL_VERSION = 1


class PolicySearch:
    """Looks for the policy with the greatest objective.

    The starting points of the space come first, then space-filling points, then what the surrogate proposes, in batches.
    A trial goes through the cheap fidelities, and stops where it is among the worst. At the end the best trials are run again
    beside the baselines, over seeds that all share, and the winner is chosen there.

    Points depend on the seed, the space and the scores of completed batches: not on workers, timing or restarts. A search
    that was killed goes on from its journal to the same result; raising `trials` makes it longer.

    Args:
        space: where to look.
        objective: scores a point; see `TrialObjective`.
        journal: the JSONL file to keep or to take up again; None keeps the record in memory.
        arguments: see `SearchArguments`.
        context: JSON values that identify what is searched on (data, model); a journal with another context is refused.

    Raises:
        UserError: the space, a starting point or the fidelities are wrong.
    """

    def __init__(self, space: PolicySpace, objective: TrialObjective, journal: str | Path | None = None,
                 arguments: SearchArguments | None = None, *, context: Mapping[str, Any] | None = None) -> None:
        self.space, self.objective, self.path = space, objective, journal
        self.arguments = arguments or SearchArguments()
        self.context = plain(context or {})
        self.dimensions = tuple(space.dimensions)
        check_dimensions(self.dimensions)
        self.starts = {name: checked_point(point, self.dimensions, f"policy space, starting point {name!r}")
                       for name, point in space.starts().items()}
        if not self.starts:
            raise UserError("It has no starting points.", where="policy space", fix='Give at least "identity".')
        self.fidelities = _fidelities(self.arguments, objective)
        self.search_fidelities = self.fidelities[:-1] or self.fidelities
        given = self.arguments.initial_points
        self.initial_points = max(2, 8 - len(self.starts)) if given is None else given
        self.baselines = baseline_names(list(self.starts))
        self.in_any_case = in_any_case(list(self.starts))

    def run(self, n_trials: int | None = None, time_limit: float | None = None, *,
            callbacks: Sequence[Callable[[Trial], None]] = (), progress: bool | None = None) -> SearchResult:
        """Search, or go on with the search in the journal.

        Args:
            n_trials: instead of `arguments.trials`.
            time_limit: seconds, instead of `arguments.time_limit`.
            callbacks: called with each trial once it has finished, failed or was pruned in this run.
            progress: show a bar with the time left; None shows it on a terminal.

        Raises:
            UserError: every trial failed, or the journal is of another search.
        """
        arguments = self.arguments
        if n_trials is not None:
            arguments = replace(arguments, trials=n_trials)
        if time_limit is not None:
            arguments = replace(arguments, time_limit=time_limit)
        with Journal(self.path) as journal, Progress(arguments.trials, progress) as bar:
            return Run(self, arguments, journal, callbacks, bar).result()

    def header(self, arguments: SearchArguments) -> dict[str, Any]:
        """The journal's first line: what must be the same for the journal to be taken up again."""
        fixed = {name: value for name, value in arguments.to_dict().items() if name not in FREE_TO_CHANGE}
        fixed["fidelities"] = self.fidelities
        return plain({"event": "search", "version": JOURNAL_VERSION, "arguments": fixed, "starts": self.starts,
                      "dimensions": [asdict(dimension) for dimension in self.dimensions], "context": self.context})


def _fidelities(arguments: SearchArguments, objective: TrialObjective) -> tuple[str, ...]:
    """The arguments' fidelities, or the objective's; each must be one that the objective offers, where it says."""
    offered = getattr(objective, "fidelities", None)
    if arguments.fidelities is None:
        return replace(arguments, fidelities=tuple(offered or ("full",))).fidelities or ("full",)
    for name in arguments.fidelities:
        if offered is not None and name not in offered:
            raise UserError(f"The objective has no fidelity {name!r}.", where="search.fidelities", fix=nearest(name, offered))
    return arguments.fidelities
