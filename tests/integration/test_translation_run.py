"""All seven steps of translation, killed and taken up, and with more workers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasets import load_dataset

from augmint.core import Augmenter
from augmint.text.builtin import cldr
from augmint.text.generators import Seq2SeqGenerator

sys.path.insert(0, str(Path(__file__).parent))
from tiny import MORE_WORKERS, check_killed, finished

ARMS = ["original", "standard", "copied", "equal-real-epochs", "unfiltered", "policy", "policy+minted"]
RECIPE: dict[str, Any] = {
    "task": "translation",
    "data": {"path": "builtin:cldr-en-de", "columns": {"source": "de", "target": "en"}, "train_limit": 120, "validation_limit": 30,
             "test_limit": 30, "unlabeled": {"rest_of_train": True, "limit": 80}},
    "model": {"scratch": {"model_type": "m2m_100", "d_model": 32, "encoder_layers": 1, "decoder_layers": 1,
                          "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64,
                          "vocab_size": 400}, "max_length": 16},
    "generator": {"discriminator_steps": 4},
    "adversarial": {"max_steps": 4, "save_steps": 2, "logging_steps": 1},
    "search": {"trials": 5, "finalists": 1, "final_seeds": 1, "executor": "serial"},
    "mint": {"ratio": 0.5, "max_rounds": 1},
    "finetune": {"max_steps": 12, "per_device_train_batch_size": 16, "learning_rate": 5e-3},
    "compare": {"seeds": [0, 1], "arms": ARMS},
    "seed": 0,
}

def write_recipe(folder: Path, **changes: Any) -> Path:
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump({**RECIPE, **changes}))
    return path


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    return finished(write_recipe(tmp_path_factory.mktemp("translation")))


def test_a_run_compares_all_controls_and_reports_pairs_with_scores_and_reasons(undisturbed: Path) -> None:
    comparison = json.loads((undisturbed / "comparison.json").read_text())
    assert (comparison["task"], comparison["metric"]) == ("translation", "chrf++")
    assert set(comparison["arms"]) == set(ARMS)
    assert all(arm["covers"] == "seeds and rows" for arm in comparison["arms"].values())
    page = (undisturbed / "report.html").read_text()
    assert "score " in page
    assert "sure that it is what it was meant to be" not in page, "no judge tells whether a translation is right"
    assert "length ratio" in page
    assert "Adversarial training was" in page
    assert comparison["test_copies"]["minted"] > 0
    assert all(0 < comparison["diversity"][side]["distinct-1"] < 1 for side in ("minted", "real"))
    assert "self-BLEU" in page
    assert "is a near copy of a test row" in page or "are near copies of test rows" in page


def test_the_search_tries_glosses_and_the_augmenter_can_write_them(undisturbed: Path) -> None:
    events = [json.loads(line) for line in (undisturbed / "search" / "trials.jsonl").read_text().splitlines()]
    glossed = {event["trial"] for event in events if event.get("point", {}).get("decode") == "gloss"}
    assert any(event.get("trial") in glossed and event.get("score") is not None for event in events)
    augmenter = Augmenter.from_pretrained(undisturbed / "augmenter")
    assert isinstance(augmenter.generator, Seq2SeqGenerator)
    assert augmenter.generator.glosser is not None


def test_minted_pairs_keep_the_hubs_form_and_the_targets_of_people(undisturbed: Path) -> None:
    rows = load_dataset("parquet", data_files=str(undisturbed / "minted" / "data" / "*.parquet"), split="train")
    assert rows.features["translation"].languages == ["en", "de"]
    known = {row["en"] for row in cldr("en", "de")["train"]["translation"]}
    assert {row["en"] for row in rows["translation"]} <= known


def test_what_each_model_wrote_is_kept(undisturbed: Path) -> None:
    for arm in ARMS:
        written = (undisturbed / "finetuned" / arm / "seed-0" / "translations.txt").read_text().split("\n")
        assert len(written) == 31


def test_the_kept_augmenter_mints_in_a_script(undisturbed: Path) -> None:
    train = cldr("en", "de")["train"].select(range(30))
    augmenter = Augmenter.from_pretrained(undisturbed / "augmenter")
    bigger = augmenter.mint(train, ratio=0.2, max_rounds=1)
    assert bigger["translation"][:30] == train["translation"]


def test_killed_three_times_and_with_more_workers_a_run_ends_as_if_undisturbed(undisturbed: Path, tmp_path: Path) -> None:
    moments = {
        "pretraining": "start/fold-0/augmint_seq2seq.json",
        "training": "checkpoints/checkpoint-2/state.json",
        "fine-tuning": "finetuned/original/seed-0/result.json",
    }
    check_killed(write_recipe(tmp_path, search={**RECIPE["search"], **MORE_WORKERS}), undisturbed, moments)


def test_without_monolingual_text_the_training_targets_get_further_sources(tmp_path: Path) -> None:
    rows, files = cldr("en", "de")["train"], {"train": range(120), "validation": range(200, 230), "test": range(300, 330)}
    for name, places in files.items():
        rows.select(places).to_parquet(tmp_path / f"{name}.parquet")
    data = {"path": "parquet", "data_files": {name: f"{name}.parquet" for name in files}, "columns": RECIPE["data"]["columns"],
            "splits": {name: name for name in files}}
    small = {"seeds": [0, 1], "arms": ["original", "standard", "minted"]}
    run = finished(write_recipe(tmp_path, data=data, compare=small, mint={"ratio": 0.5, "max_rounds": 1}))
    written = load_dataset("parquet", data_files=str(run / "minted" / "data" / "*.parquet"), split="train")
    made = written.filter(lambda row: row["augmint_origin"] == "generator")
    train = rows.select(files["train"])["translation"]
    minted = {(row["de"], row["en"]) for row in made["translation"]}
    assert minted
    assert {target for _, target in minted} <= {row["en"] for row in train}
    assert not minted & {(row["de"], row["en"]) for row in train}
