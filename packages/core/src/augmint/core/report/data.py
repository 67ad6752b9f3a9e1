"""What the report shows: a plain dataclass that the pipeline fills from the run directory.

Every field but `task` and `metric` may be left at its default; the page then says in a sentence that the part was not measured.
Previews are the HTML fragments of `RowCodec.preview`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from augmint.core.interfaces import Metric


@dataclass(frozen=True)
class ClassSamples:
    """Previews of one class, real rows beside minted ones. `name` is "" where the task has no classes."""

    name: str
    real: Sequence[str] = ()
    minted: Sequence[str] = ()


@dataclass(frozen=True)
class NeighbourPair:
    """A minted row and the real training row nearest to it in the judge's feature space."""

    minted: str
    real: str
    distance: float
    label: str = ""


@dataclass(frozen=True)
class Memorisation:
    """The memorisation check.

    Attributes:
        share_closer: part of the minted rows, in [0, 1], suspiciously close to a real training row, by how close real rows lie to
            each other; None: not measured.
        real_share: the same share of real rows, each left out once: what chance gives; None: not measured.
        threshold: the distance below which rows count as too close, for the histogram; None where it is no plain distance.
        checked: how many minted rows were measured.
        pairs: minted rows with their nearest real rows; the page shows the closest first.
        minted_distances: nearest-real distance of minted rows, for the histogram.
        real_distances: nearest-other-real distance of real training rows, for the histogram.
    """

    share_closer: float | None = None
    real_share: float | None = None
    threshold: float | None = None
    checked: int = 0
    pairs: Sequence[NeighbourPair] = ()
    minted_distances: Sequence[float] = ()
    real_distances: Sequence[float] = ()


@dataclass(frozen=True)
class RejectedSample:
    """A candidate that a filter threw out: its preview, the class it was meant to have and the reason in plain words."""

    preview: str
    reason: str
    label: str = ""


@dataclass(frozen=True)
class Filtering:
    """What the filters did while minting: candidates made, rows kept, filter name -> candidates it threw out."""

    made: int
    kept: int
    by_filter: Mapping[str, int] = field(default_factory=dict)
    examples: Sequence[RejectedSample] = ()


@dataclass(frozen=True)
class PseudoLabels:
    """Figures of pseudo-labelled rows.

    Attributes:
        unlabeled: unlabelled rows there were.
        used: rows whose pseudo-label was confident enough to be used.
        threshold: least confidence, [0, 1].
        accuracy: share of the used pseudo-labels that is right, [0, 1]; only where the truth happens to be known.
        by_class: class name -> rows used.
    """

    unlabeled: int
    used: int
    threshold: float | None = None
    accuracy: float | None = None
    by_class: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ReportData:
    """Everything on the page.

    Attributes:
        task: the task's name, such as "image-classification".
        metric: its name, direction, unit and decimals; every score on the page is written by it.
        dataset: what the data set is called, for the heading.
        model: the fine-tuned model, one phrase.
        generator: the generator, one phrase.
        judge: what made the features behind distances and quality figures ("resnet trained on the training split").
        splits: split name -> rows, in the order train, validation, test, unlabeled.
        facts: split -> what its rows came in ("at 8000 Hz") -> rows.
        comparison: comparison.json as `augmint.core.evaluation.build_comparison` makes it; {} where nothing was compared.
        arm_notes: arm -> one phrase saying what it is; the page has its own words for the usual arms.
        trials: trials in normal form, see `trials_from_journal`; those of any other status than the three are left out.
        importance: dimension -> share of the objective's variation it explains; None or {}: not to be said.
        importance_note: how far to trust the importance, or why there is none (`SearchResult.importance_note`).
        objective: the search objective in words, such as "validation accuracy".
        finalists: candidates of the final round, best first: {"trial", "name", "mean", "standard_error", "behind", "behind_error"}.
        search_reason: why the search chose its policy, one sentence (`SearchResult.reason`).
        policy: the chosen policy's JSON.
        policy_words: the policy in plain sentences; made from `policy` where empty.
        train_log: entries of train_log.jsonl: dicts with "step" and figures, or "step" and "event".
        quality: figures of the final generator, as `quality_figures` names them; others are shown under their own names.
        samples: real and minted previews by class, not picked by their looks.
        made: what the generator made last while it was trained, line by line; made_at: after so many steps.
        classes_left_out: how many further classes there are than `samples` has.
        neighbours: the memorisation check.
        filtering: what minting threw out and why.
        pseudo_labels: figures of pseudo-labelled rows.
        warnings: plain sentences: skipped rows, train/test duplicates, unfilled quotas, roll-backs, time limit hit.
        versions: package -> version. seeds: purpose -> seed or seeds. hardware: what -> value.
        command: the command that repeats the run.
        recipe: the resolved recipe, YAML text.
    """

    task: str
    metric: Metric
    dataset: str = ""
    model: str = ""
    generator: str = ""
    judge: str = ""
    splits: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    comparison: Mapping[str, Any] = field(default_factory=dict)
    arm_notes: Mapping[str, str] = field(default_factory=dict)
    trials: Sequence[Mapping[str, Any]] = ()
    importance: Mapping[str, float] | None = None
    importance_note: str = ""
    objective: str = ""
    finalists: Sequence[Mapping[str, Any]] = ()
    search_reason: str = ""
    policy: Mapping[str, Any] | None = None
    policy_words: Sequence[str] = ()
    train_log: Sequence[Mapping[str, Any]] = ()
    quality: Mapping[str, float] = field(default_factory=dict)
    samples: Sequence[ClassSamples] = ()
    made: Sequence[str] = ()
    made_at: int = 0
    classes_left_out: int = 0
    neighbours: Memorisation | None = None
    filtering: Filtering | None = None
    pseudo_labels: PseudoLabels | None = None
    warnings: Sequence[str] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    seeds: Mapping[str, Any] = field(default_factory=dict)
    hardware: Mapping[str, str] = field(default_factory=dict)
    command: str = ""
    recipe: str = ""
