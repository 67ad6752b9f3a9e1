"""Which columns hold what, and stored forms made into one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from datasets import Audio, ClassLabel, Dataset, Features, Value, concatenate_datasets

from augmint.audio.files import FULL_SCALE, Unreadable, from_array, write_clip
from augmint.core.errors import RowError, UserError, nearest

USUAL: Mapping[str, tuple[str, ...]] = {
    "audio": ("audio", "speech", "file", "path"),
    "label": ("label", "labels"),
    "text": ("text", "sentence", "transcription", "transcript", "normalized_text"),
}
"""Role -> names that columns of that kind mostly have."""
DEFAULT_RATE = 16000
"""Hz of bare arrays beside which no column says their rate."""
_RATES = ("sampling_rate", "sample_rate")


def find_columns(features: Features, columns: Mapping[str, str], roles: tuple[str, ...]) -> dict[str, str]:
    """Role -> column: as given, else by the usual names, else the only one of the right type.

    Args:
        features: of the data set.
        columns: what the user named.
        roles: those wanted, "audio" and "label" or "text".

    Raises:
        UserError: a role that is not wanted, a column that is missing, or none that fits; names the columns there are.
    """
    for role in columns:
        if role not in roles:
            raise UserError(f"{role!r} is no column role here.", where="data.columns", fix=nearest(role, roles))
    found: dict[str, str] = {}
    there = f"Columns there are: {', '.join(features)}."
    for role in roles:
        name = columns.get(role)
        if name is None:
            name = guessed(features, role)
        if name is None:
            fix = f"Name it, as in columns: {{{role}: <name>}}. {there}"
            raise UserError(f"The data has no {role} column.", where="data.columns", fix=fix)
        if name not in features:
            fix = f"{nearest(name, features)} {there}"
            raise UserError(f"Column {name!r} is not in the data.", where=f"data.columns.{role}", fix=fix)
        found[role] = name
    return found


def guessed(features: Features, role: str) -> str | None:
    """The column that a role most likely has: the only one of its type, else one of the usual names; None where there is none."""
    typed = [name for name, feature in features.items() if _surely(feature, role)]
    if len(typed) == 1:
        return typed[0]
    usual = [name for name in USUAL[role] if name in features and _fits(features[name], role)]
    return next((name for name in usual if not typed or name in typed), None)


def _fits(feature: Any, role: str) -> bool:
    return role != "text" or (isinstance(feature, Value) and feature.dtype in ("string", "large_string"))


def _surely(feature: Any, role: str) -> bool:
    return isinstance(feature, {"audio": Audio, "label": ClassLabel, "text": ()}[role])


def as_audio(dataset: Dataset, column: str) -> Dataset:
    """The rows with their clips as `Audio`, which stores files and bytes.

    Takes `Audio` columns as they are, `{"bytes", "path"}`, bytes, file paths, `{"array", "sampling_rate"}` and bare arrays (at the
    rate that a column `sampling_rate` says, else 16 kHz).

    Raises:
        UserError: the column holds something else, or an array that is no clip; names the row.
    """
    feature = dataset.features.get(column)
    if feature is None or isinstance(feature, Audio):
        return dataset
    if _is_array(feature):
        return _from_arrays(dataset, column)
    stored = isinstance(feature, Value) and feature.dtype in ("string", "large_string", "binary", "large_binary")
    if not stored and not (isinstance(feature, dict) and set(feature) == {"bytes", "path"}):
        fix = "Give audio files, their bytes or paths, or arrays."
        raise UserError(f"Column {column!r} holds {feature}, not clips.", where="data.columns.audio", fix=fix)
    if isinstance(feature, Value) and feature.dtype.startswith("large_"):  # pandas' strings; `Audio` casts plain ones alone
        dataset = dataset.cast_column(column, Value(feature.dtype.removeprefix("large_")))
    return dataset.cast_column(column, Audio(decode=False))


Store: TypeAlias = Callable[[np.ndarray, int], Any]
"""(clip int16 (samples,), Hz) -> what a column holds."""


def storage_of(feature: Any, column: str) -> Store:
    """How clips are put into a column of that type: `as_audio` the other way round.

    Raises:
        UserError: it holds paths: there is no file to point at.
    """
    if isinstance(feature, Audio) or (isinstance(feature, dict) and set(feature) == {"bytes", "path"}):
        return lambda clip, rate: {"bytes": write_clip(clip, rate), "path": None}
    if isinstance(feature, dict):
        others, inner = dict.fromkeys(set(feature) - {"array", "sampling_rate"}), feature["array"]
        return lambda clip, rate: {**others, "array": _numbers(clip, inner), "sampling_rate": rate}
    if _is_array(feature):
        return lambda clip, rate: _numbers(clip, feature)
    if isinstance(feature, Value) and feature.dtype in ("binary", "large_binary"):
        return write_clip
    fix = "Read the files into the data set first: dataset.cast_column(name, Audio(decode=False))."
    raise UserError(f"Column {column!r} holds {feature}, in which no new clip can be stored.", where="data.columns.audio", fix=fix)


def _dtype_of(feature: Any) -> str | None:
    """numpy's name of a column's numbers; None where they are floats, which Python's own are."""
    inner = feature.get("array") if isinstance(feature, dict) else feature
    while (nested := getattr(inner, "feature", None)) is not None:
        inner = nested
    return inner.dtype if inner is not None and inner.dtype.startswith("int") else None


def _numbers(clip: np.ndarray, feature: Any) -> list[Any]:
    """A clip as a column of numbers holds it: whole ones or parts of full scale, by themselves or as the one channel there is."""
    nested = getattr(feature, "feature", None)
    deep = getattr(nested, "feature", None) is not None
    kind: Any = nested.feature if deep and nested is not None else nested
    values = clip.tolist() if kind is not None and kind.dtype.startswith("int") else (clip / FULL_SCALE).tolist()
    return [values] if deep else values


def _is_array(feature: Any) -> bool:
    if isinstance(feature, dict):
        return "array" in feature and "sampling_rate" in feature
    inner = getattr(feature, "feature", None)
    inner = getattr(inner, "feature", inner)  # channels by samples
    return isinstance(inner, Value) and inner.dtype.startswith(("float", "int"))


def stored_cells(dataset: Dataset, column: str) -> list[Any]:
    """The clips of a column as `{"bytes", "path"}`, undecoded; None where one is missing.

    Raises:
        UserError: an array is no clip; names the row.
    """
    feature, plain = dataset.features[column], dataset.with_format(None)
    if not _is_array(feature):
        return list(as_audio(plain, column).select_columns([column]).cast_column(column, Audio(decode=False))[column])
    rates = next((name for name in _RATES if name in dataset.column_names and not isinstance(feature, dict)), None)
    hertz = list(plain[rates]) if rates else [DEFAULT_RATE] * len(dataset)
    cells: list[Any] = []
    for row, value in enumerate(plain[column]):
        if value is not None and not isinstance(value, dict):
            value = {"array": value, "sampling_rate": hertz[row]}
        if value is None or value["array"] is None:
            cells.append(None)
            continue
        try:
            cells.append(from_array({**value, "array": np.asarray(value["array"], dtype=_dtype_of(feature))}))
        except Unreadable as error:
            fix = "Give numbers in [-1, 1], shape (samples,)."
            raise RowError(f"The clip {error}.", f"column {column!r}", row, fix=fix) from error
    return cells


def _from_arrays(dataset: Dataset, column: str) -> Dataset:
    empty = {"bytes": None, "path": None}
    cells = [cell or empty for cell in stored_cells(dataset, column)]
    clips = Dataset.from_dict({column: cells}, features=Features({column: Audio(decode=False)}))
    order = dataset.column_names
    return concatenate_datasets([dataset.remove_columns(column), clips], axis=1).select_columns(order)
