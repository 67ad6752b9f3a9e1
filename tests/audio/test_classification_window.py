"""Classifiers with a window: whatever makes a clip longer, all of it is heard."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from augmint.audio.classification.model import ClipClassifier
from augmint.audio.classification.task import AudioClassification
from augmint.audio.policy import AudioPolicy, Stage
from augmint.core.interfaces import FinetuneJob, Splits, TaskSettings

sys.path.insert(0, str(Path(__file__).parent))
from test_features import MODELS
from test_versions_of_labelled_clips import labelled

SMALL = {
    "whisper": {
        "d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2,
        "encoder_ffn_dim": 16, "decoder_ffn_dim": 16,
    },
    "audio-spectrogram-transformer": MODELS["audio-spectrogram-transformer"],
}  # fmt: skip
SLOWEST = AudioPolicy(tuple(Stage({name: 1.0}) for name in ("shift", "speed", "tempo")))


def task(kind: str, model: dict) -> AudioClassification:
    settings = TaskSettings(model={"scratch": {"model_type": kind, **model}}, finetune={"max_steps": 30})
    return AudioClassification(Splits(labelled(), labelled((1, 1, 1))), settings)


def drawn(made: AudioClassification, policy: AudioPolicy | None = SLOWEST) -> list[dict]:
    """Batches of a training."""
    job = FinetuneJob(made.splits.train, 30, 0, {}, policy=policy)
    plan = made.make_plan(job, made.train_rows, None, policy=policy, batch_size=4, steps=30, seed=0)
    return [plan.__getitems__(range(at, at + 4)).drawn.batch for at in range(0, len(plan), 4)]


def frames(model: ClipClassifier, batch: dict, row: int) -> torch.Tensor:
    name = next(name for name in ("input_features", "input_values") if name in (inputs := model.inputs(batch)))
    return inputs[name][row]


@pytest.mark.parametrize(
    ("kind", "given"),
    [("whisper", {}), ("audio-spectrogram-transformer", {}), ("audio-spectrogram-transformer", {"max_length": 75})],
)
def test_nothing_of_a_slowed_clip_is_cut_off(kind: str, given: dict) -> None:
    made = task(kind, SMALL[kind] | given)
    model = made.fresh_model(FinetuneJob(made.splits.train, 1, 0, {}))
    longest, heard = int(made.train_rows.lengths.max()), 0
    for batch in drawn(made):
        for row, length in enumerate(batch["audio_length"].tolist()):
            assert made.window is not None
            assert length <= made.window
            heard = max(heard, length)
            cut = {name: value.clone() for name, value in batch.items()}
            batch["audio"][row, length - 160 : length], cut["audio"][row, length - 160 : length] = 9000, 0
            assert not torch.equal(frames(model, batch, row), frames(model, cut, row)), "its last 10 ms are heard"
    assert given or heard > 1.2 * longest, "a window that the task sizes has room for the slowest clip"


@pytest.mark.parametrize("kind", list(SMALL))
def test_of_a_clip_that_is_longer_than_the_window_no_more_is_cut_off_and_it_is_augmented_all_the_same(kind: str) -> None:
    made = task(kind, SMALL[kind] | ({"max_source_positions": 50} if kind == "whisper" else {"max_length": 30}))
    made.__dict__["window"] = 4000
    lengths = set(made.train_rows.lengths.tolist())
    found = [length for batch in drawn(made) for length in batch["audio_length"].tolist()]
    assert max(found) == max(lengths)
    assert set(found) - lengths, "faster ones"


def test_minted_clips_are_no_longer_than_the_window_or_the_longest_real_clip() -> None:
    for seconds, bound in ((1, 16000), (3, None)):
        made = task("whisper", SMALL["whisper"] | {"max_source_positions": 50 * seconds})
        rules = made.codec.fit_rules(made.splits.train)
        assert rules.length[1] == bound or (bound is None and rules.length[1] == 1.5 * made.train_rows.lengths.max())
    made.codec.longest = 4000
    assert made.codec.fit_rules(made.splits.train).length[1] == made.train_rows.lengths.max()
    assert task("wav2vec2-bert", MODELS["wav2vec2-bert"]).codec.longest is None
