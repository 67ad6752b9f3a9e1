"""Rows with texts: what is read is what is written, and minting keeps the source's columns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from datasets import ClassLabel, Dataset, Features, Translation, Value, load_dataset

from augmint.core import Augmenter
from augmint.core.errors import UserError
from augmint.core.interfaces import get_modality
from augmint.text.codec import make_codec
from augmint.text.policy import standard_policy

GERMAN = ["Der Zug fährt um 10:30 Uhr von Gleis 4 ab.", "مرحبا بالعالم كيف حالك اليوم", "日本語の文章をここに書きます。",
          "eins\r\nzwei\tdrei", "👩‍👩‍👧 und 🇩🇪!"]
ENGLISH = ["The train leaves at 10:30 from platform 4.", "hello world how are you today", "I write Japanese text here.", "one\ntwo",
           "family!"]
PAIRS = [{"de": a, "en": b} for a, b in zip(GERMAN, ENGLISH, strict=True)]
DIRECTION = {"source": "de", "target": "en"}


def nested() -> Dataset:
    return Dataset.from_dict({"translation": PAIRS}, Features({"translation": Translation(languages=["de", "en"])}))


def flat() -> Dataset:
    return Dataset.from_dict({"de": GERMAN, "en": ENGLISH, "id": list(range(5))})


def labelled() -> Dataset:
    features = Features({"text": Value("string"), "label": ClassLabel(names=["ham", "spam"])})
    return Dataset.from_dict({"text": ENGLISH, "label": [0, 1, 0, 1, 0]}, features)


@pytest.mark.parametrize(("rows", "columns"), [(nested(), DIRECTION), (flat(), DIRECTION), (labelled(), {})])
def test_what_is_encoded_is_decoded_byte_for_byte(rows: Dataset, columns: dict[str, str]) -> None:
    codec = make_codec(rows, columns)
    decoded = codec.decode(codec.encode(rows), rows.features)
    assert decoded == {name: list(rows[name]) for name in decoded}
    assert Dataset.from_dict(decoded, Features({name: rows.features[name] for name in decoded}))[:] == decoded
    assert codec.check(rows) == []


@pytest.mark.parametrize(("rows", "columns", "task"), [
    (nested(), DIRECTION, "translation"), (flat(), DIRECTION, "translation"), (labelled(), None, "text-classification"),
])
def test_a_policy_mints_rows_in_the_sources_features(rows: Dataset, columns: dict[str, str] | None, task: str) -> None:
    augmenter = Augmenter(policy=standard_policy(task), columns=columns)
    bigger = augmenter.mint(rows, ratio=4.0, seed=0)
    assert bigger.select(range(5)).select_columns(rows.column_names)[:] == rows[:]
    assert {name: bigger.features[name] for name in rows.features} == dict(rows.features)
    minted = bigger.filter(lambda origin: origin == "policy", input_columns="augmint_origin")
    assert len(minted) >= 5, "short texts leave few different ways to change them"
    text = [str(row) for row in minted.select_columns(rows.column_names)]
    assert all("10:30" in row for row in text if "train" in row or "Zug" in row), "protected spans survive"
    assert augmenter.mint(rows, ratio=4.0, seed=0)[:] == bigger[:]


def test_targets_stay_as_people_wrote_them() -> None:
    minted = Augmenter(policy=standard_policy("translation"), columns=DIRECTION).mint(nested(), ratio=4.0)[5:]
    assert {pair["en"] for pair in minted["translation"]} <= set(ENGLISH)


def test_texts_are_augmented_as_they_are_read() -> None:
    rows, augmenter = labelled(), Augmenter(policy=standard_policy("text-classification"))
    augmenter.bind(rows).set_epoch(0)
    first = rows.with_transform(augmenter.transform)[:]
    augmenter.set_epoch(1)
    assert first["label"] == rows["label"]
    assert rows.with_transform(augmenter.transform)[:]["text"] != first["text"]


def test_rows_that_cannot_be_used_are_named() -> None:
    rows = Dataset.from_dict({"de": ["gut", None, "  ", "auch gut"], "en": ["good", "x", "y", ""]})
    found = make_codec(rows, DIRECTION).check(rows)
    assert [(problem.row, problem.reason) for problem in found] == [
        (1, "the source is missing"), (2, "the source is empty"), (3, "the target is empty"),
    ]


@pytest.mark.parametrize(("rows", "columns", "message"), [
    (nested(), {}, "either could be the source"),
    (nested(), {"source": "de", "target": "fr"}, "no column or language 'fr'"),
    (flat(), {"source": "de", "target": "eng"}, "no column or language 'eng'"),
    (nested(), {"source": "translation", "target": "en"}, "not two sides"),
    (nested(), {"source": "de"}, "has no target"),
    (flat(), {"source": "de", "target": "de"}, "both 'de'"),
    (flat(), {"source": "de", "target": "id"}, "not texts"),
    (flat(), {}, "several text columns"),
    (flat(), {"txt": "de"}, "not a column role"),
    (labelled(), {"text": "tex"}, "no column 'tex'"),
])
def test_columns_that_cannot_be_meant_are_one_clear_message(rows: Dataset, columns: dict[str, str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        make_codec(rows, columns)


def test_the_modality_loads_what_it_made(tmp_path: Path) -> None:
    assert "translation" in get_modality("text").tasks()
    assert get_modality("text").load_policy(standard_policy("translation").to_dict()) == standard_policy("translation")
    with pytest.raises(UserError, match="no model of augmint's"):
        get_modality("text").load_generator(tmp_path)


def test_the_row_of_a_number_among_texts_is_named(tmp_path: Path) -> None:
    lines = [{"de": f"Satz {row}", "en": f"sentence {row}" if row != 3 else 7} for row in range(6)]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, lines)))
    rows = load_dataset("json", data_files=str(tmp_path / "rows.jsonl"), cache_dir=str(tmp_path / "cache"))["train"]
    with pytest.raises(UserError, match="Row 3 of column 'en' holds 7"):
        make_codec(rows, {"source": "de", "target": "en"})
