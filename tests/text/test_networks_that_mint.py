"""After adversarial training: the discriminator that mints is calibrated against the generator that does."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset

from augmint.core.interfaces import Splits, TaskSettings
from augmint.text.causal import pretraining as causal
from augmint.text.classification.task import TextClassification
from augmint.text.discriminators import PairDiscriminator, TextDiscriminator
from augmint.text.training import folders
from augmint.text.translation import pretraining
from augmint.text.translation.task import Translation

sys.path.insert(0, str(Path(__file__).parent))
from labelled_texts import labelled
from text_classification_tiny import CLASSIFIER, LANGUAGE_MODEL
from tiny_models import SCRATCH, pairs


def translation() -> Translation:
    sources, targets = pairs(90)
    train, held = (Dataset.from_dict({"source": sources[part], "target": targets[part]}) for part in (slice(60), slice(60, 90)))
    settings = TaskSettings(
        model={"scratch": SCRATCH, "max_length": 32},
        generator={"members": 1, "pretrain_steps": 20, "discriminator_steps": 20, "share_embeddings": True},
        finetune={"per_device_train_batch_size": 16},
    )
    return Translation(Splits(train, held, held), settings)


def classification() -> TextClassification:
    settings = TaskSettings(
        model={"scratch": CLASSIFIER, "max_length": 24},
        generator={"scratch": LANGUAGE_MODEL, "max_length": 24, "pretrain_steps": 20, "discriminator_steps": 20},
        finetune={"per_device_train_batch_size": 16},
    )
    return TextClassification(Splits(labelled(60), labelled(20, 60)), settings)


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Any, Path]]:
    found: dict[str, tuple[Any, Path]] = {}
    with ThreadPoolExecutor(1) as executor:
        for task in (translation(), classification()):
            folder = tmp_path_factory.mktemp(task.name)
            task.pretrain(folder, executor, 4)
            found[task.name] = task, folder
    return found


def log_odds(task: Any, discriminator: Any) -> torch.Tensor:
    held = task.rows(task.splits.validation)
    with torch.no_grad():
        if isinstance(discriminator, PairDiscriminator):
            return discriminator.log_odds(held.texts["source"], held.texts["target"])
        return discriminator.log_odds(held.texts["text"], held.label_list)  # type: ignore[no-any-return]


def off(discriminator: Any) -> None:
    """As training may leave it: what it says is far from what is so."""
    with torch.no_grad():
        for part in discriminator.members if isinstance(discriminator, PairDiscriminator) else [discriminator]:
            part.scale.mul_(5)
            part.bias.add_(30)


@pytest.mark.parametrize("name", ["translation", "text-classification"])
@pytest.mark.parametrize("accepted", [True, False])
def test_the_discriminator_is_calibrated_against_the_generator_that_is_taken(
    name: str, accepted: bool, starts: dict[str, tuple[Any, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    task, start = starts[name]
    better, worse = (-1.0, 1e9) if name == "translation" else (1e9, 0.0)
    monkeypatch.setattr(pretraining, "continued_chrf", lambda folder: better if accepted else worse)
    monkeypatch.setattr(causal, "continued_perplexity", lambda folder: better if accepted else worse)
    room: Any = pretraining if name == "translation" else causal
    writers: list[Any] = []
    plain = room.calibrate_against
    monkeypatch.setattr(room, "calibrate_against", lambda model, *rest: (writers.append(model), plain(model, *rest)))
    trained, judge, _ = task.adversarial_networks(start)
    off(judge)
    generator, discriminator, figures = task.accept(trained, judge, start)
    assert figures["accepted"] is accepted
    assert (generator is trained) is accepted
    assert (discriminator is judge) is accepted, "what was trained against a generator that is dropped goes with it"
    assert writers == [generator.model]
    odds = log_odds(task, discriminator)
    assert float(odds.abs().mean()) < 10, "they were about 30 off"
    assert torch.isfinite(odds).all()


def test_shared_embeddings_are_those_that_the_members_learnt_with(starts: dict[str, tuple[Any, Path]]) -> None:
    task, start = starts["translation"]
    generator, shared, _ = task.adversarial_networks(start)
    assert shared.members[0].network.get_input_embeddings() is generator.network.get_input_embeddings()
    alone = PairDiscriminator.from_pretrained(start / folders.DISCRIMINATOR)
    assert torch.allclose(log_odds(task, shared), log_odds(task, alone), atol=1e-5)


def test_a_classifier_that_was_calibrated_before_is_calibrated_anew(starts: dict[str, tuple[Any, Path]]) -> None:
    task, start = starts["text-classification"]
    once, twice = (TextDiscriminator.from_pretrained(start / causal.DISCRIMINATOR) for _ in range(2))
    twice.scale.mul_(3)
    twice.bias.mul_(3).add_(2)
    writer = task.plain_generator(start).model
    for judge in (once, twice):
        causal.calibrate_against(writer, judge, task.rows(task.splits.validation), task.generator_settings, 0, 1)
    assert torch.allclose(log_odds(task, once), log_odds(task, twice), atol=0.1)
