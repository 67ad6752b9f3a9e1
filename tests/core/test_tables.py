"""Rows of text tables that have more cells than the header are named, instead of being read into the wrong columns."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from augmint.core.data.source import read_source
from augmint.core.errors import UserError


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("three.tsv", "de\ten\nJa.\tYes.\tid1\nNein.\tNo.\tid2\n"),
        ("three.csv", 'de,en\n"Ja, ja.",Yes.,id1\nNein.,No.,id2\n'),
        ("trailing.csv", "de,en\nJa.,Yes.,\nNein.,No.,\n"),
    ],
)
def test_rows_with_a_cell_too_many_are_refused_by_their_line(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="line 2, has 3 cells; its header has 2") as refused:
        read_source(name, base_dir=tmp_path)
    assert refused.value.where == "data.path"


def test_a_later_row_is_named_too_and_so_is_a_quoted_cell_of_several_lines(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('de,en\n"Ja\nja.",Yes.\nNein.,No.,more\n', encoding="utf-8")
    with pytest.raises(UserError, match=r"a\.csv, line 4, has 3 cells"):
        read_source("csv", data_files={"train": "a.csv"}, base_dir=tmp_path)


def test_a_carriage_return_within_a_cell_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(b"de\ten\r\nJa.\tYes.\r\nNein\rnein.\tNo.\r\n")
    with pytest.raises(UserError, match="line 3, holds a carriage return"):
        read_source("a.tsv", base_dir=tmp_path)


def test_csv_over_files_named_tsv_reads_tabs(tmp_path: Path) -> None:
    for name in ("train.tsv", "test.tsv"):
        (tmp_path / name).write_text('de\ten\n"Ja,\t"Yes,\n', encoding="utf-8")
    found = read_source("csv", data_files={"train": "train.tsv", "test": "test.tsv"}, base_dir=tmp_path)
    assert found["test"][0] == {"de": '"Ja,', "en": '"Yes,'}


def test_a_folder_of_tables_is_read_and_checked_like_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "pairs"
    folder.mkdir()
    (folder / "README.md").write_text("Pairs.")
    for name in ("train", "dev", "test"):
        (folder / f"{name}.tsv").write_text('de\ten\n"Ja,\tYes.\nNA\tnull\nNein."\tNo.\n', encoding="utf-8")
    found = read_source("pairs", base_dir=tmp_path)
    assert set(found) == {"train", "validation", "test"}
    assert found["validation"]["de"][:] == ['"Ja,', "NA", 'Nein."']
    (folder / "dev.tsv").write_text("de\ten\nJa.\tYes.\tmore\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"dev\.tsv, line 2, has 3 cells"):
        read_source("pairs", base_dir=tmp_path)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_sound_tables_are_read_as_they_are(tmp_path: Path, ending: str) -> None:
    rows = ['a "quoted" word\tb', "NA\tnull", "short\t", "c, d\te;f"]
    (tmp_path / "a.tsv").write_bytes(ending.join(["de\ten", *rows, ""]).encode())
    read = read_source("a.tsv", base_dir=tmp_path)["train"]
    assert ["\t".join(row) for row in zip(read["de"], read["en"], strict=True)] == rows


def test_a_cell_of_a_csv_file_is_missing_where_it_is_empty_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("word,count\nnull,0\nNA,\nnan,2\n,3\n", encoding="utf-8")
    read = read_source("a.csv", base_dir=tmp_path)["train"]
    assert read["word"][:] == ["null", "NA", "nan", None]
    assert read["count"][:] == [0, None, 2, 3]


def test_compressed_tables_and_blank_lines_above_a_header_are_no_mistake(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "a.csv.gz", "wt", encoding="utf-8") as file:
        file.write("de,en\nJa.,Yes.\n")
    (tmp_path / "b.tsv").write_text("\nde\ten\nJa.\tYes.\n", encoding="utf-8")
    for builder, name in (("csv", "a.csv.gz"), ("b.tsv", None)):
        read = read_source(builder, **({"data_files": {"train": name}} if name else {}), base_dir=tmp_path)["train"]
        assert read[0] == {"de": "Ja.", "en": "Yes."}
