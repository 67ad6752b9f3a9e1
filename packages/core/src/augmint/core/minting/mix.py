"""Originals and minted rows as one data set: originals first, in their order, then minted ones."""

from __future__ import annotations

from datasets import Dataset, concatenate_datasets

from augmint.core.data.provenance import ORIGIN, ORIGINAL, add_provenance, with_provenance


def mix_rows(originals: Dataset, minted: Dataset) -> Dataset:
    """Both in the source's Features and provenance. Originals are untouched; their provenance is "original" and nulls.

    Args:
        originals: without provenance.
        minted: with provenance (`mint_rows`).
    """
    features = with_provenance(originals.features)
    marked = add_provenance(originals.with_format(None), origin=ORIGINAL)
    # Rows are cast first: concatenating alike but unequal Features would quietly take the first's.
    same = minted.select_columns(list(features)).cast(features) if minted.features != features else minted
    return concatenate_datasets([marked.select_columns(list(features)), same])


def minted_only(mixed: Dataset) -> Dataset:
    """The rows that are not originals."""
    origins = mixed.select_columns([ORIGIN]).with_format(None)[ORIGIN]
    return mixed.select([row for row, origin in enumerate(origins) if origin != ORIGINAL])
