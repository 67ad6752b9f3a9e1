"""Minting in memory: for search trials, and for data sets that fit there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from datasets import Dataset, Features
from filelock import FileLock, Timeout
from torch import Tensor

from augmint.core.data.provenance import provenance_columns, with_provenance
from augmint.core.interfaces import MintSettings, Policy
from augmint.core.minting.arguments import MintArguments
from augmint.core.minting.candidates import FIGURES, mint_shard
from augmint.core.minting.files import read_table, write_table
from augmint.core.minting.parts import MintParts, plan_mint
from augmint.core.minting.plan import MintPlan, Shard
from augmint.core.minting.reference import Reference
from augmint.core.minting.rows import from_table, marked
from augmint.core.minting.selection import Selection, figures_of, select_candidates
from augmint.core.minting.targets import soft_targets


@dataclass(frozen=True)
class MintedRows:
    """Minted rows and what is known of them.

    Attributes:
        dataset: the rows, in id order, in the source's Features with provenance. Originals are not among them.
        targets: class probabilities to train on, float32 (rows, classes), or None for the labels (see `soft_targets`).
        features: the judge's features, float32 (rows, dim); (rows, 0) without a judge.
        selection: what became of every candidate.
    """

    dataset: Dataset
    targets: Tensor | None
    features: Tensor
    selection: Selection


def mint_rows(parts: MintParts, policy: Policy | None = None, arguments: MintArguments | None = None, *, seed: int = 0,
              weakness: Sequence[float] | np.ndarray | None = None, settings: MintSettings | None = None,
              cache: Path | None = None) -> MintedRows:
    """Mint in this process and in memory. The rows are those that `mint_to_disk` writes for the same plan.

    Args:
        parts: what mints and judges; real rows are embedded once and remembered there.
        policy: instead of the parts' own.
        arguments: how much; the default is one row for each original.
        seed: the run's seed.
        weakness: per class, for `MintSettings.balance`.
        settings: instead of the policy's own.
        cache: a folder where candidates are kept, and taken from where the same ones were made before under other filters; for
            callers whose parts do not change.
    """
    parts = parts if policy is None else replace(parts, policy=policy)
    plan = plan_mint(arguments or MintArguments(), parts, seed=seed, weakness=weakness, settings=settings)
    tables, selection = mint_tables(plan, parts, parts.reference(plan.arguments), cache)
    rows = from_table(minted_table(tables, selection, plan, parts.features), with_provenance(parts.features))
    return MintedRows(rows, soft_targets(parts.judge, parts.codec, rows, plan.settings.soft_labels, plan.arguments.block_size),
                      _features(tables, selection), selection)


def mint_tables(plan: MintPlan, parts: MintParts, reference: Reference,
                cache: Path | None = None) -> tuple[list[pa.Table], Selection]:
    """All candidates, round by round until quotas are met or the budget is spent."""
    tables: list[pa.Table] = []
    wanted, selection = plan.first_wanted(), empty_selection(plan, reference)
    for _ in range(plan.arguments.max_rounds):
        if not wanted:
            break
        tables += _made(plan, plan.shards(wanted, len(tables)), parts, reference, cache)
        selection = select_candidates(figures_of(tables), plan, reference)
        wanted = plan.next_wanted(selection.made, selection.passed)
    return tables, selection


def _made(plan: MintPlan, shards: Sequence[Shard], parts: MintParts, reference: Reference, cache: Path | None) -> list[pa.Table]:
    if cache is None:
        return [mint_shard(plan, shard, parts, reference) for shard in shards]
    cache.mkdir(parents=True, exist_ok=True)
    paths = [cache / f"{plan.candidate_key(shard)}.parquet" for shard in shards]
    # Trials that run side by side often need the same candidates: what another is at is left to it at first, and then waited for.
    for timeout in (0.0, -1.0):
        for path, shard in zip(paths, shards, strict=True):
            try:
                with FileLock(f"{path}.lock", timeout=timeout):
                    if not path.is_file():
                        write_table(path, mint_shard(plan, shard, parts, reference))
            except Timeout:
                continue
    return [read_table(path) for path in paths]


def _features(tables: Sequence[pa.Table], selection: Selection) -> Tensor:
    if not tables:
        return torch.zeros(0, 0)
    candidates = figures_of(tables)
    if candidates.embedding is None:
        return torch.zeros(len(selection.chosen), 0)
    return torch.from_numpy(candidates.embedding[np.isin(candidates.id, selection.chosen)])


def empty_selection(plan: MintPlan, reference: Reference) -> Selection:
    """What is selected out of nothing."""
    return select_candidates(figures_of([FIGURES.empty_table()]), plan, reference)


def minted_table(tables: Iterable[pa.Table], selection: Selection, plan: MintPlan, features: Features) -> pa.Table:
    """The chosen candidates out of shard tables, in id order: the source's columns and provenance."""
    chosen = pa.array(selection.chosen, type=pa.int64())
    kept = [table.filter(pc.is_in(table.column("augmint:id"), chosen)) for table in tables]
    if not kept:
        return with_provenance(features).arrow_schema.empty_table()
    table = pa.concat_tables(kept).sort_by("augmint:id")
    columns = provenance_columns(
        len(table), origin=plan.origin, policy=plan.policy, parent=table.column("augmint:parent").to_pylist(),
        seed=table.column("augmint:seed").to_pylist(), score=table.column("augmint:score").to_pylist(),
    )
    return marked(table.select(list(features)), columns)
