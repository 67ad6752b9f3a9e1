"""Which columns of a data set hold the texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datasets import ClassLabel, Features, Translation, Value

from augmint.core.errors import UserError, nearest

PAIR, SINGLE = ("source", "target"), ("text", "label")


@dataclass(frozen=True)
class TextColumns:
    """Where each role is found.

    Attributes:
        columns: role -> column; both sides of a pair name one column where it holds both.
        languages: role -> key within that column; empty where each side has a column of its own.
    """

    columns: Mapping[str, str]
    languages: Mapping[str, str]


def find_columns(features: Features, given: Mapping[str, str]) -> TextColumns:
    """The columns as given, else by what they hold.

    Pairs: `{"source": ..., "target": ...}` name two text columns, or two languages of the Hub's
    `{"translation": {"de": ..., "en": ...}}`; a pair's direction is never guessed. Single texts: `text` and, where there is one,
    `label`; `{"label": ""}` leaves it out of account.

    Raises:
        UserError: a column is missing, holds no text, or several could be meant; names the columns there are.
    """
    for role in given:
        if role not in (*PAIR, *SINGLE):
            raise UserError(f"{role!r} is not a column role of texts.", where="data.columns", fix=nearest(role, [*PAIR, *SINGLE]))
    nested = {name: languages for name, feature in features.items() if (languages := languages_of(feature))}
    if any(role in given for role in PAIR):
        return _pair(features, given, nested)
    if nested and "text" not in given:
        name, languages = next(iter(nested.items()))
        raise UserError(f"Column {name!r} holds {' and '.join(languages)}, and either could be the source.", where="data.columns",
                        fix=f"Name the direction, as in columns: {{source: {languages[0]}, target: {languages[1]}}}.")
    return _single(features, given)


def _pair(features: Features, given: Mapping[str, str], nested: Mapping[str, tuple[str, ...]]) -> TextColumns:
    if missing := [role for role in PAIR if role not in given]:
        raise UserError(f"The pair has no {missing[0]}.", where=f"data.columns.{missing[0]}",
                        fix=f"Columns there are: {_names(features)}.")
    if given["source"] == given["target"]:
        raise UserError(f"Source and target are both {given['source']!r}.", where="data.columns", fix="Name two sides.")
    if all(given[role] in features for role in PAIR):
        for role in PAIR:
            _need_text(features, given[role], role)
        return TextColumns({role: given[role] for role in PAIR}, {})
    for column, languages in nested.items():
        if all(given[role] in languages for role in PAIR):
            return TextColumns(dict.fromkeys(PAIR, column), {role: given[role] for role in PAIR})
    known = [*features, *(language for languages in nested.values() for language in languages)]
    if all(given[role] in known for role in PAIR):
        raise UserError(f"{given['source']!r} and {given['target']!r} are not two sides of one pair.", where="data.columns",
                        fix="Name two columns, or two languages of one column.")
    role = next(role for role in PAIR if given[role] not in known)
    raise UserError(f"There is no column or language {given[role]!r}.", where=f"data.columns.{role}",
                    fix=f"{nearest(given[role], known)} Columns there are: {_names(features)}.")


def _single(features: Features, given: Mapping[str, str]) -> TextColumns:
    texts = [name for name, feature in features.items() if _is_text(feature)]
    found = {}
    if (text := given.get("text") or ("text" if "text" in texts else None)) is not None:
        _need_text(features, text, "text")
        found["text"] = text
    elif len(texts) == 1:
        found["text"] = texts[0]
    else:
        what = f"several text columns ({', '.join(texts)})" if texts else "no text column"
        raise UserError(f"The data has {what}.", where="data.columns",
                        fix=f"Name it, as in columns: {{text: <name>}}. Columns there are: {_names(features)}.")
    labels = [name for name, feature in features.items() if isinstance(feature, ClassLabel)]
    if given.get("label") == "":
        return TextColumns(found, {})
    label = given.get("label") or ("label" if "label" in labels else labels[0] if len(labels) == 1 else None)
    if label is not None:
        if label not in features:
            raise UserError(f"There is no column {label!r}.", where="data.columns.label", fix=nearest(label, features))
        found["label"] = label
    return TextColumns(found, {})


def _is_text(feature: Any) -> bool:
    return isinstance(feature, Value) and feature.dtype in ("string", "large_string")


def languages_of(feature: Any) -> tuple[str, ...]:
    """The languages of a column that holds a text in each of several, else ()."""
    if isinstance(feature, Translation):
        return tuple(feature.languages)
    if isinstance(feature, dict) and len(feature) > 1 and all(_is_text(part) for part in feature.values()):
        return tuple(feature)
    return ()


def _need_text(features: Features, column: str, role: str) -> None:
    if column not in features:
        raise UserError(f"There is no column {column!r}.", where=f"data.columns.{role}",
                        fix=f"{nearest(column, features)} Columns there are: {_names(features)}.")
    if not _is_text(features[column]):
        raise UserError(f"Column {column!r} holds {features[column]}, not texts.", where=f"data.columns.{role}",
                        fix="Give a column of strings.")


def _names(features: Features) -> str:
    return ", ".join(features)
