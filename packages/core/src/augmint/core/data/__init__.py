"""Loading, checking, splitting and keeping rows, and the columns that say where a row comes from."""

from augmint.core.compatibility import datasets_audio as _datasets_audio
from augmint.core.data.checking import describe_problems
from augmint.core.data.config import DataConfig, UnlabeledConfig
from augmint.core.data.duplicates import row_digests
from augmint.core.data.labels import class_counts, class_encode
from augmint.core.data.loading import LoadedData, load_splits
from augmint.core.data.provenance import (
    PROVENANCE,
    add_provenance,
    provenance_columns,
    refuse_minted,
    strip_provenance,
    with_provenance,
)
from augmint.core.data.source import read_source, take_split
from augmint.core.data.storage import open_splits, save_splits
from augmint.core.data.subsets import limited, proportional, split_off, stratified_order

__all__ = [
    "DataConfig", "LoadedData", "PROVENANCE", "UnlabeledConfig", "add_provenance", "class_counts", "class_encode",
    "describe_problems", "limited", "load_splits", "open_splits", "proportional", "provenance_columns", "read_source",
    "refuse_minted",
    "row_digests", "save_splits", "split_off", "stratified_order", "strip_provenance", "take_split", "with_provenance",
]

_datasets_audio.prepare()  # before rows are read or built
