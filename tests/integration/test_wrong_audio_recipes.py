"""Audio recipes that are wrong each end with one clear message, exit code 2 and no traceback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import yaml
from datasets import Audio, Dataset

from augmint.audio.files import write_clip
from augmint.core.cli import main

WORDS = ("yes", "no")
CLASSIFY: dict[str, Any] = {
    "task": "audio-classification",
    "data": {"path": "parquet", "data_files": {"train": "train.parquet", "test": "test.parquet"}},
    "adversarial": {"max_steps": 2},
    "search": {"trials": 2, "finalists": 0},
    "finetune": {"max_steps": 2},
    "compare": {"seeds": [0, 1]},
}
RECOGNISE = {**CLASSIFY, "task": "speech-recognition"}


def clips(count: int, **columns: list[Any]) -> Dataset:
    """Tones of different pitch, with a class and a transcript."""
    waves = [(9000 * np.sin(np.arange(4000 + row) * (0.05 + 0.002 * row))).astype(np.int16) for row in range(count)]
    values = {
        "audio": [{"bytes": write_clip(wave, 16000), "path": None} for wave in waves],
        "label": [WORDS[row % 2] for row in range(count)],
        "text": [f"{WORDS[row % 2]} {row}" for row in range(count)],
        **columns,
    }
    return Dataset.from_dict(values).cast_column("audio", Audio(decode=False))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with sound clips."""
    monkeypatch.chdir(tmp_path)
    clips(24).to_parquet("train.parquet")
    clips(40).select(range(30, 40)).to_parquet("test.parquet")
    return tmp_path


def message(capsys: pytest.CaptureFixture[str], good: dict[str, Any], changes: dict[str, Any]) -> str:
    """What `augmint run` says of the recipe with sections merged."""
    recipe = {name: dict(value) if isinstance(value, dict) else value for name, value in good.items()}
    for name, value in changes.items():
        recipe[name] = {**recipe.get(name, {}), **value} if isinstance(value, dict) else value
    Path("wrong.yaml").write_text(yaml.safe_dump(recipe))
    capsys.readouterr()
    code = main(["run", "wrong.yaml"])
    said = capsys.readouterr()
    assert code == 2, f"exit code {code}: {said.err}"
    assert "Traceback" not in said.err
    return " ".join(said.err.split())


@pytest.mark.parametrize(
    ("good", "changes", "words"),
    [
        (CLASSIFY, {"data": {"columns": {"audio": "audo"}}}, "Did you mean 'audio'"),
        (CLASSIFY, {"data": {"columns": {"sound": "audio"}}}, "column role"),
        (CLASSIFY, {"data": {"columns": {"label": "text"}}}, "no two of one class"),
        (CLASSIFY, {"data": {"columns": {"audio": "label"}}}, "label"),
        (CLASSIFY, {"model": {"scratch": {"model_type": "bert"}}}, "does not classify clips"),
        (CLASSIFY, {"model": {"scratch": {"model_type": "wav2vec2-bert", "hiden_size": 8}}}, "Did you mean 'hidden_size'"),
        (CLASSIFY, {"model": {"scratch": {"hidden_size": 8}}}, "no model_type"),
        (CLASSIFY, {"model": {"name_or_path": "no/such-model-at-all"}}, "cannot be loaded"),
        (CLASSIFY, {"generator": {"name": "wavgan"}}, "Did you mean 'wavegan'"),
        (CLASSIFY, {"generator": {"base_chanels": 8}}, "Did you mean 'base_channels'"),
        (CLASSIFY, {"generator": {"samples": 1500}}, "power of two"),
        (CLASSIFY, {"judge": {"members": 0}}, "[1, 20]"),
        (CLASSIFY, {"finetune": {"learning_rate": float("nan")}}, "finite number"),
        (CLASSIFY, {"compare": {"arms": ["original", "standard", "resynthesised"]}}, "no row to resynthesise"),
        (RECOGNISE, {"data": {"columns": {"text": "label"}, "data_files": {"train": "bare.parquet"}}}, "bare.parquet"),
        (RECOGNISE, {"data": {"train_limit": {"per_class": 3}}}, "per_class needs classes"),
        (RECOGNISE, {"model": {"scratch": {"model_type": "bert"}}}, "does not transcribe speech"),
        (RECOGNISE, {"generator": {"name": "voccoder"}}, "Did you mean 'vocos'"),
        (RECOGNISE, {"generator": {"layer": 2}}, "Did you mean 'layers'"),
        (RECOGNISE, {"judge": {"members": 2}}, "has no settings"),
        (RECOGNISE, {"compare": {"arms": ["original", "standard", "pseudo-labelled"]}}, "pseudo-labelled"),
    ],
    ids=lambda value: None if isinstance(value, dict) else value[:30],
)
def test_a_wrong_recipe_is_refused_with_a_hint(
    folder: Path, capsys: pytest.CaptureFixture[str], good: dict[str, Any], changes: dict[str, Any], words: str
) -> None:
    assert words in message(capsys, good, changes)


def test_damaged_clips_are_named_by_their_rows(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = clips(24)["audio"][:]
    broken = [*good[:5], {"bytes": b"RIFF nothing", "path": "clips/five.wav"}, *good[6:]]
    clips(24, audio=broken).to_parquet("train.parquet")
    said = message(capsys, CLASSIFY, {})
    assert "row 5 (five.wav)" in said
    assert "cannot be decoded" in said


def test_a_missing_file_in_a_list_of_paths_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soundfile.write("one.wav", np.sin(np.arange(4000) / 9), 16000)
    paths = ["one.wav"] * 23 + ["two.wav"]
    Dataset.from_dict({"audio": paths, "label": list(WORDS) * 12}).to_parquet("train.parquet")
    assert "two.wav" in message(capsys, CLASSIFY, {})


def test_empty_transcripts_are_named_by_their_rows(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clips(24, text=["word"] * 7 + [" "] + ["word"] * 16).to_parquet("train.parquet")
    said = message(capsys, RECOGNISE, {})
    assert "row 7" in said
    assert "transcript is empty" in said
