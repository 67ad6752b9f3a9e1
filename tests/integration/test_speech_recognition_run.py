"""All seven steps of speech recognition, on synthetic speech in a folder with metadata.csv."""

from __future__ import annotations

import io
import json
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import soundfile
import yaml
from datasets import Audio, load_from_disk

from augmint.audio.builtin.speech import speak
from augmint.core.pipeline import workshop as workshop_module
from augmint.core.pipeline.run_dir import RunDirectory
from augmint.core.pipeline.workshop import Workshop

sys.path.insert(0, str(Path(__file__).parent))
from tiny import check_killed, finished

ARMS = ["original", "standard", "resynthesised", "minted", "policy+minted"]
SENTENCES = [" ".join(words) for words in product(("press", "dial", "say"), ("one", "two", "nine"), ("now", "please", "again"))]
PARTS = {"train": SENTENCES[:17], "validation": SENTENCES[17:21], "test": SENTENCES[21:26]}
RECIPE: dict[str, Any] = {
    "task": "speech-recognition",
    "data": {
        "path": "audiofolder",
        "data_dir": "clips",
        "splits": {"train": "train", "validation": "validation", "test": "test"},
        "columns": {"audio": "audio", "text": "transcription"},
        "unlabeled": {"path": "audiofolder", "data_dir": "street"},
    },
    "model": {
        "scratch": {
            "model_type": "parakeet_ctc",
            "encoder_config": {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32},
        }
    },
    "generator": {"dim": 16, "layers": 1, "discriminator_period_channels": 2, "discriminator_resolution_channels": 2},
    "adversarial": {"max_steps": 6, "save_steps": 2, "logging_steps": 2, "per_device_train_batch_size": 4},
    "search": {"trials": 3, "finalists": 1, "final_seeds": 1, "executor": "serial"},
    "mint": {"ratio": 0.5, "max_rounds": 1},
    "finetune": {"max_steps": 8, "per_device_train_batch_size": 8},
    "compare": {"seeds": [0, 1], "arms": ARMS},
    "seed": 0,
}


def write_recipe(folder: Path, **changes: Any) -> Path:
    for split, sentences in PARTS.items():
        (folder / "clips" / split).mkdir(parents=True)
        lines = ["file_name,transcription"]
        for number, sentence in enumerate(sentences):
            wave = speak(sentence, "en-us", sampling_rate=16000)
            soundfile.write(folder / "clips" / split / f"{number}.flac", wave, 16000)
            lines.append(f"{number}.flac,{sentence}")
        (folder / "clips" / split / "metadata.csv").write_text("\n".join(lines) + "\n")
    (folder / "street").mkdir()
    for number in range(3):  # untranscribed
        soundfile.write(folder / "street" / f"{number}.wav", speak(f"call number {number}", "en-us", sampling_rate=16000), 16000)
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump({**RECIPE, **changes}))
    return path


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    return finished(write_recipe(tmp_path_factory.mktemp("speech-recognition")))


def test_a_run_compares_all_arms_with_the_resynthesis_control(undisturbed: Path) -> None:
    comparison = json.loads((undisturbed / "comparison.json").read_text())
    assert (comparison["task"], comparison["metric"], comparison["greater_is_better"]) == ("speech-recognition", "wer", False)
    assert set(comparison["arms"]) == set(ARMS)
    assert "cer" in json.loads((undisturbed / "finetuned" / "original" / "seed-0" / "result.json").read_text())["test"]["details"]


def test_what_is_made_of_a_clip_keeps_its_transcript_and_is_another_clip(undisturbed: Path) -> None:
    made = load_from_disk(str(undisturbed / "resynthesised"))
    assert len(made) >= 3
    assert made["transcription"][:] == [PARTS["train"][parent] for parent in made["augmint_parent"]]
    stored = [cell["bytes"] for cell in made.cast_column("audio", Audio(decode=False))["audio"]]
    assert all(soundfile.info(io.BytesIO(clip)).samplerate == 16000 for clip in stored)
    assert len(set(stored)) == len(stored)


def test_a_discriminator_that_never_learnt_decides_nothing(undisturbed: Path) -> None:
    assert json.loads((undisturbed / "adversarial.json").read_text())["discriminator_trained"]
    assert Workshop(RunDirectory(undisturbed)).mint_parts.discriminator is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workshop_module, "read_json", lambda path: {"discriminator_trained": False})
        assert Workshop(RunDirectory(undisturbed)).mint_parts.discriminator is None


def test_untranscribed_clips_are_kept_beside_the_transcribed(undisturbed: Path) -> None:
    inspection = json.loads((undisturbed / "inspection.json").read_text())
    assert inspection["sizes"]["unlabeled"] == 3
    assert set(inspection["facts"]) == {"train", "validation", "test", "unlabeled"}
    rates = inspection["facts"]["train"]
    assert sum(rates.values()) == inspection["sizes"]["train"]
    page = (undisturbed / "report.html").read_text()
    assert all(f" {rate}" in page for rate in rates)


def test_killed_twice_a_run_ends_as_if_undisturbed(undisturbed: Path, tmp_path: Path) -> None:
    moments = {"training": "checkpoints/checkpoint-2/state.json", "fine-tuning": "finetuned/original/seed-0/result.json"}
    check_killed(write_recipe(tmp_path), undisturbed, moments)
