"""Translation recipes that are wrong each end with one clear message, exit code 2 and no traceback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from datasets import Dataset

from augmint.core.cli import main

GOOD: dict[str, Any] = {
    "task": "translation",
    "data": {"path": "tsv", "data_files": {"train": "train.tsv", "test": "test.tsv"}, "columns": {"source": "de", "target": "en"}},
    "model": {"scratch": {"model_type": "m2m_100", "d_model": 32, "encoder_attention_heads": 2, "decoder_attention_heads": 2,
                          "vocab_size": 400}, "max_length": 16},
    "adversarial": {"max_steps": 2},
    "search": {"trials": 2, "finalists": 0},
    "finetune": {"max_steps": 2},
    "compare": {"seeds": [0, 1]},
}
PAIRS = [(f"Satz {row} ist da.", f"Sentence {row} is there.") for row in range(40)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with sound pairs."""
    monkeypatch.chdir(tmp_path)
    write("train.tsv", PAIRS)
    Path("more.txt").write_text("One more.\nAnd another.\n")
    write("test.tsv", [(f"Probe {row}.", f"Trial {row}.") for row in range(12)])
    return tmp_path


def write(name: str, pairs: list[tuple[str, str]], header: str = "de\ten") -> None:
    Path(name).write_text("\n".join([header, *("\t".join(pair) for pair in pairs)]) + "\n", encoding="utf-8")


def message(capsys: pytest.CaptureFixture[str], changes: dict[str, Any]) -> str:
    """What `augmint run` says of the recipe with sections changed; a section's keys are merged, None removes one."""
    recipe = {name: dict(value) if isinstance(value, dict) else value for name, value in GOOD.items()}
    for name, value in changes.items():
        recipe[name] = {**recipe.get(name, {}), **value} if isinstance(value, dict) else value
    Path("wrong.yaml").write_text(yaml.safe_dump(recipe))
    capsys.readouterr()
    code = main(["run", "wrong.yaml"])
    said = capsys.readouterr()
    assert code == 2, f"exit code {code}: {said.err}"
    assert "Traceback" not in said.err
    return " ".join(said.err.split())


@pytest.mark.parametrize(("changes", "words"), [
    ({"data": {"columns": {"source": "de"}}}, "no target"),
    ({"data": {"columns": {"source": "de", "target": "de"}}}, "both 'de'"),
    ({"data": {"columns": {"source": "de", "target": "eng"}}}, "Did you mean 'en'"),
    ({"data": {"columns": {"sorce": "de", "target": "en"}}}, "Did you mean 'source'"),
    ({"data": {"columns": {}}}, "data.columns"),
    ({"data": {"train_limit": {"per_class": 3}}}, "per_class needs classes"),
    ({"data": {"unlabeled": {"path": "text", "data_files": "none.txt"}}}, "There is no file"),
    ({"model": {"scratch": {"model_type": "bert"}}}, "cannot read one text and write another"),
    ({"model": {"scratch": {"model_type": "m2m_100", "d_modle": 3}}}, "Did you mean 'd_model'"),
    ({"model": {"max_lenght": 16}}, "Did you mean 'max_length'"),
    ({"model": {"max_length": 2}}, "8 or more"),
    ({"model": {"scratch": None, "name_or_path": "no/such-model-at-all"}}, "cannot be loaded"),
    ({"generator": {"name": "seq2sec"}}, "Did you mean 'seq2seq'"),
    ({"generator": {"discriminator_step": 3}}, "Did you mean 'discriminator_steps'"),
    ({"generator": {"samples": 1}}, "from 2 to 16"),
    ({"generator": {"dictionary": "none.txt"}}, "cannot be read as text"),
    ({"generator": {"dictionary": "more.txt"}}, "Line 1"),
    ({"generator": {"dictionary": 3}}, "Give a text file's name"),
    ({"generator": {"scratch": {"model_type": "resnet"}}}, "cannot read one text and write another"),
    ({"judge": {"members": 2}}, "judge"),
    ({"finetune": {"generation_num_beam": 2}}, "Did you mean 'generation_num_beams'"),
    ({"finetune": {"gradient_accumulation_steps": 2}}, "gradient_accumulation_steps"),
    ({"mint": {"per_class": 10}}, "per_class"),
    ({"mint": {"shard_size": 100}}, "shard_size"),
    ({"data": {"unlabeled": {"path": "text", "data_files": "more.txt"}},
      "compare": {"arms": ["original", "standard", "pseudo-labelled"]}}, "no labels"),
])
def test_a_wrong_recipe_says_what_is_wrong(
    folder: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], words: str
) -> None:
    assert words in message(capsys, changes)


def test_empty_rows_are_named_by_their_numbers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write("train.tsv", [*PAIRS[:3], ("", "nothing"), *PAIRS[3:], ("leer", "  ")])
    said = message(capsys, {})
    assert "train row 3 (1 of 42): the source is empty" in said
    assert "row 41" in said


def test_half_a_surrogate_pair_is_named_by_its_row(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("train.jsonl").write_text("".join(f'{{"de": "Satz {row}.", "en": "Sentence {row}."}}\n' for row in range(9))
                                   + '{"de": "\\ud83d kaputt", "en": "broken"}\n')
    said = message(capsys, {"data": {"path": "json", "data_files": {"train": "train.jsonl"},
                                     "splits": {"train": "train", "test": None}}})
    assert "surrogate pair" in said
    assert "row 9" in said


def test_rows_of_one_language_alone_are_no_pairs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Dataset.from_dict({"text": ["a", "b"]}).to_parquet(folder / "alone.parquet")
    said = message(capsys, {"data": {"path": "alone.parquet", "data_files": None, "columns": {"text": "text"}}})
    assert "no pairs" in said
