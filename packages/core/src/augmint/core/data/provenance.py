"""Where a row of the enlarged data set comes from: five columns beside the source's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
from datasets import Dataset, Features, Value

from augmint.core.errors import UserError

ORIGIN, PARENT, SEED, SCORE, POLICY = "augmint_origin", "augmint_parent", "augmint_seed", "augmint_score", "augmint_policy"

ORIGINAL, BY_POLICY, BY_GENERATOR = "original", "policy", "generator"
"""Values of `augmint_origin`: the user's row, an augmented copy of one, a generated row."""

PROVENANCE = Features({
    ORIGIN: Value("string"),   # original | policy | generator
    PARENT: Value("int64"),    # index of the training row it was made from, null where there is none
    SEED: Value("int64"),      # what the row was drawn from, null for originals
    SCORE: Value("float32"),   # discriminator score, null where none was taken
    POLICY: Value("string"),   # fingerprint of the policy in force, null for originals
})


def with_provenance(features: Features) -> Features:
    """The source's Features and the provenance columns after them.

    Example:
        >>> list(with_provenance(Features({"x": Value("int32")})))
        ['x', 'augmint_origin', 'augmint_parent', 'augmint_seed', 'augmint_score', 'augmint_policy']
    """
    source = {name: feature for name, feature in features.items() if name not in PROVENANCE}
    return Features({**source, **PROVENANCE})


def add_provenance(dataset: Dataset, *, origin: str = ORIGINAL, parent: Sequence[int | None] | None = None,
                   seed: Sequence[int | None] | None = None, score: Sequence[float | None] | None = None,
                   policy: str | None = None) -> Dataset:
    """The same rows with provenance columns; the source's columns are not touched.

    Args:
        dataset: rows without provenance.
        origin: "original", "policy" or "generator", for all rows.
        parent, seed, score: one value a row, or None for nulls.
        policy: fingerprint for all rows, or None for null.

    Raises:
        UserError: where the rows carry provenance already.
    """
    refuse_minted(dataset.column_names)
    columns = provenance_columns(len(dataset), origin=origin, parent=parent, seed=seed, score=score, policy=policy)
    for name, array in columns.items():
        dataset = dataset.add_column(name, array, feature=PROVENANCE[name])
    return dataset


def refuse_minted(column_names: Iterable[str], *, where: str = "data") -> None:
    """Raise UserError where the columns carry provenance already: originals could no longer be told from minted rows."""
    taken = [name for name in PROVENANCE if name in set(column_names)]
    if taken:
        raise UserError(f"The rows have the column {taken[0]!r}: they were minted before.", where=where,
                        fix="Give the original rows, or remove these columns (augmint.core.data.strip_provenance).")


def provenance_columns(n: int, *, origin: str = ORIGINAL, parent: Sequence[int | None] | None = None,
                       seed: Sequence[int | None] | None = None, score: Sequence[float | None] | None = None,
                       policy: str | None = None) -> dict[str, pa.Array]:
    """The five columns of `n` rows as Arrow arrays; arguments as in `add_provenance`."""
    values: dict[str, Any] = {ORIGIN: [origin] * n, PARENT: parent, SEED: seed, SCORE: score, POLICY: [policy] * n}
    columns = {}
    for name, column in values.items():
        given = [None] * n if column is None else list(column)
        if len(given) != n:
            raise ValueError(f"{name} has {len(given)} values for {n} rows")
        columns[name] = pa.array(given, type=PROVENANCE.arrow_schema.field(name).type)
    return columns


def strip_provenance(dataset: Dataset) -> Dataset:
    """The rows in the source's Features: provenance columns removed where there are any."""
    return dataset.remove_columns([name for name in PROVENANCE if name in dataset.column_names])
