"""Tables that name sound files, and clips without transcripts, as speech corpora come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from datasets import Dataset

from augmint.audio.recognition.task import SpeechRecognition
from augmint.core.data import DataConfig, load_splits
from augmint.core.errors import UserError

RATE = 16_000
SPLITS = {"train": 8, "dev": 3, "test": 3}


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, RATE // 2)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Tables and a folder of clips beside them, as Common Voice lays them out."""
    folder = tmp_path / "corpus" / "ru"
    (folder / "clips").mkdir(parents=True)
    number = 0
    for split, count in SPLITS.items():
        lines = ["client_id\tpath\tsentence\tup_votes"]
        for row in range(count):
            soundfile.write(folder / "clips" / f"common_voice_ru_{number}.mp3", noise(number), RATE)
            lines.append(f"{split}{row}\tcommon_voice_ru_{number}.mp3\tПривет, номер {row}!\t2")
            number += 1
        (folder / f"{split}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


FILES = {"train": "corpus/ru/train.tsv", "validation": "corpus/ru/dev.tsv", "test": "corpus/ru/test.tsv"}
COLUMNS = {"audio": "path", "text": "sentence"}


def load(base: Path, **changes: Any) -> Any:
    values = {"path": "tsv", "data_files": FILES, "splits": {"validation": "validation"}, "columns": COLUMNS, **changes}
    return load_splits(DataConfig(**values), SpeechRecognition, seed=0, base_dir=base)


def test_a_corpus_in_the_layout_of_common_voice_is_read(corpus: Path) -> None:
    loaded = load(corpus)
    assert dict(loaded.sizes) == {"train": 8, "validation": 3, "test": 3}
    assert loaded.splits.train["sentence"][3] == "Привет, номер 3!"
    assert not loaded.skipped


@pytest.mark.parametrize("start", ["corpus/ru/clips", "", "/"])
def test_names_in_a_csv_file_start_at_the_tables_folder_or_the_recipes_or_the_root(
    corpus: Path, start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    folder = corpus / "corpus" / "ru" / "clips"
    prefix = {"corpus/ru/clips": "", "": "corpus/ru/clips/", "/": f"{folder}/"}[start]
    table = folder / "all.csv" if start == "corpus/ru/clips" else corpus / "all.csv"
    lines = [f"{prefix}common_voice_ru_{number}.mp3,words {number}" for number in range(14)]
    table.write_text("\n".join(["file,text", *lines]) + "\n")
    loaded = load(corpus, path=str(table.relative_to(corpus)), data_files=None, splits={}, columns={"audio": "file"})
    assert sum(loaded.sizes.values()) == 14


def test_files_that_are_not_there_are_one_problem_with_their_rows(corpus: Path) -> None:
    for number in (1, 4):
        (corpus / "corpus" / "ru" / "clips" / f"common_voice_ru_{number}.mp3").unlink()
    said = r"rows 1 \(common_voice_ru_1.mp3\), 4 \(common_voice_ru_4.mp3\) \(2 of 8\): the clip is missing: there is no such file"
    with pytest.raises(UserError, match=said):
        load(corpus)
    assert load(corpus, on_error="skip").sizes["train"] == 6


def street(corpus: Path) -> list[str]:
    """Files of four further clips."""
    (corpus / "street").mkdir()
    files = [corpus / "street" / f"{number}.wav" for number in range(4)]
    for number, file in enumerate(files):
        soundfile.write(file, noise(100 + number), RATE)
    return [str(file) for file in files]


def test_untranscribed_clips_may_be_a_folder_of_files(corpus: Path) -> None:
    street(corpus)
    loaded = load(corpus, unlabeled={"path": "audiofolder", "data_dir": "street"})
    assert loaded.splits.unlabeled.column_names == ["path"]
    assert len(loaded.splits.unlabeled) == 4


@pytest.mark.parametrize("more", [{}, {"sentence": ["", None, "words", ""]}])
def test_untranscribed_clips_need_no_transcript(corpus: Path, more: dict[str, list[str | None]]) -> None:
    Dataset.from_dict({"path": street(corpus), **more}).to_parquet(corpus / "street.parquet")
    loaded = load(corpus, unlabeled={"path": "street.parquet"})
    assert loaded.splits.unlabeled.column_names == ["path"]
    assert len(loaded.splits.unlabeled) == 4


def test_long_recordings_are_taken_without_transcripts_alone(corpus: Path) -> None:
    (corpus / "street").mkdir()
    soundfile.write(corpus / "street" / "long.flac", np.tile(noise(0), 242), RATE)
    loaded = load(corpus, unlabeled={"path": "audiofolder", "data_dir": "street"})
    assert len(loaded.splits.unlabeled) == 1
    table = corpus / "corpus" / "ru" / "dev.tsv"
    table.write_text(table.read_text(encoding="utf-8") + f"x\t{corpus / 'street' / 'long.flac'}\twords\t2\n", encoding="utf-8")
    with pytest.raises(UserError, match="the clip is 121 s long, more than 120 s: cut it"):
        load(corpus)


def test_a_clip_of_the_test_split_is_none_to_learn_sounds_from_whatever_its_transcript_says(corpus: Path) -> None:
    names = [f"common_voice_ru_{number}.mp3" for number in (12, 13)]
    cells = {"path": [str(corpus / "corpus" / "ru" / "clips" / name) for name in names]}
    soundfile.write(corpus / "new.wav", noise(50), RATE)
    cells["path"].append(str(corpus / "new.wav"))
    Dataset.from_dict(cells).to_parquet(corpus / "more.parquet")
    loaded = load(corpus, unlabeled={"path": "more.parquet"})
    assert len(loaded.splits.unlabeled) == 1


def test_a_split_of_one_row_is_refused(corpus: Path) -> None:
    table = corpus / "corpus" / "ru" / "dev.tsv"
    table.write_text("\n".join(table.read_text(encoding="utf-8").split("\n")[:2]) + "\n", encoding="utf-8")
    with pytest.raises(UserError, match="validation split has 1 row"):
        load(corpus)
