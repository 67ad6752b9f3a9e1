"""A vocoder mints versions of labelled clips: each of a clip of its class, and every clip has its turn."""

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Audio, ClassLabel, Dataset

from augmint.audio.classification.task import AudioClassification
from augmint.audio.files import write_clip
from augmint.audio.recognition.task import SpeechRecognition
from augmint.audio.vocoder import MelVocoderGenerator, VocoderDiscriminator
from augmint.audio.vocoder.material import held_clips
from augmint.core.errors import UserError
from augmint.core.interfaces import MintSettings, Splits, TaskSettings, get_modality
from augmint.core.minting import MintArguments, MintParts, mint_rows

sys.path.insert(0, str(Path(__file__).parent))
from tiny_recognisers import scratch, tones

VOCODER = {"name": "vocos", "dim": 8, "layers": 1, "discriminator_period_channels": 1, "discriminator_resolution_channels": 2}
WORDS = ["bad", "cab", "dab"]


def labelled(counts: tuple[int, ...] = (3, 5, 2)) -> Dataset:
    """Clips of three classes, no two alike, each with a speaker of its own."""
    labels = [label for label, count in enumerate(counts) for _ in range(count)]
    clips = [np.concatenate([tones(WORDS[label]), np.zeros(400 * row, np.int16)]) for row, label in enumerate(labels)]
    columns = {"audio": [{"bytes": write_clip(clip, 16000), "path": None} for clip in clips], "label": labels,
               "speaker": [f"speaker {row}" for row in range(len(labels))]}  # fmt: skip
    rows = Dataset.from_dict(columns).cast_column("label", ClassLabel(names=WORDS))
    return rows.cast_column("audio", Audio(decode=False))


def task(rows: Dataset, **values) -> AudioClassification:
    settings = {"finetune": {"max_steps": 2, "per_device_train_batch_size": 2}, "generator": VOCODER, **values}
    return AudioClassification(Splits(rows, labelled((1, 1, 1))), TaskSettings(**settings))


def minted(rows: Dataset, **arguments) -> Dataset:
    made = task(rows)
    generator, _, _ = made.adversarial_networks()
    settings = MintSettings(share=0.5, controls={"perturbation": 0.5})
    return mint_rows(MintParts(made.codec, rows, generator), arguments=MintArguments(**arguments), settings=settings).dataset


def test_each_is_a_version_of_a_clip_of_its_class_and_all_clips_of_a_class_have_their_turn():
    rows = labelled()
    found = minted(rows, ratio=2.0, near_duplicate=0, candidates_factor=1.0)
    assert Counter(found["label"]) == {0: 6, 1: 10, 2: 4}
    assert [rows[parent]["label"] for parent in found["augmint_parent"]] == found["label"]
    assert [rows[parent]["speaker"] for parent in found["augmint_parent"]] == found["speaker"]
    turns = Counter(found["augmint_parent"])
    assert set(turns) == set(range(10))
    assert max(turns.values()) <= 3


def test_a_class_without_clips_is_named():
    with pytest.raises(UserError, match="no row of class 'cab'"):
        minted(labelled((3, 0, 2)), per_class=4)


def recordings(*seconds: float) -> Dataset:
    """Without labels."""
    draw = np.random.default_rng(0)
    clips = [(900 * draw.standard_normal(round(16000 * length))).astype(np.int16) for length in seconds]
    rows = Dataset.from_dict({"audio": [{"bytes": write_clip(clip, 16000), "path": None} for clip in clips]})
    return rows.cast_column("audio", Audio(decode=False))


def with_recordings(rows: Dataset, unlabeled: Dataset) -> AudioClassification:
    settings = TaskSettings(finetune={"max_steps": 2, "per_device_train_batch_size": 2}, generator=VOCODER)
    return AudioClassification(Splits(rows, labelled((1, 1, 1)), unlabeled=unlabeled), settings)


def test_steps_follow_the_segments_of_all_recordings():
    rows = labelled()
    few, many = with_recordings(rows, recordings(1)), with_recordings(rows, recordings(300, 10))
    for made, steps in ((few, 3000), (many, 6000)):
        assert made.adversarial_defaults()["max_steps"] == steps
    segments = many.adversarial_rows(None)
    assert len(segments) > 2000
    assert "_segments" not in many.making.__dict__, "they are held while they are trained on"


def test_recordings_that_do_not_fit_into_memory_are_left_out_by_chance_and_the_report_says_so(monkeypatch):
    rows = labelled()
    made = with_recordings(rows, recordings(*[1.0] * 8))
    real, unlabeled = made.train_rows, made.unlabelled
    bound = int(2 * real.lengths.sum()) + 3 * 32000
    whole, none_left = held_clips([real, unlabeled], 0)
    assert (none_left, [len(clip) for clip in whole]) == (0, [*real.lengths, *[16000] * 8])
    kept = [held_clips([real, unlabeled], seed, bound) for seed in (0, 0, 1)]
    assert [left for _, left in kept] == [5, 5, 5]
    assert [len(clip) for clip in kept[0][0]] == [*real.lengths, *[16000] * 3], "labelled ones come first"
    numbers = [[index for index, clip in enumerate(whole) for one in found if np.array_equal(one, clip)] for found, _ in kept]
    assert numbers[0] == numbers[1] == sorted(numbers[0])
    assert numbers[0] != numbers[2]
    monkeypatch.setattr("augmint.audio.vocoder.making.held_clips", lambda parts, seed: held_clips(parts, seed, bound))
    made.adversarial_rows(None)
    assert "5 others did not fit into memory" in made.accept(None, None, None)[2]["notice"]


def test_long_recordings_are_given_no_label():
    made = with_recordings(labelled(), recordings(1, 121, 2))
    assert len(made.unlabelled) == 3
    assert made.codec.seconds(made.labellable).tolist() == [1, 2]


def test_networks_of_both_kinds_come_back_from_their_folders(tmp_path):
    for name, kinds in ((VOCODER, (MelVocoderGenerator, VocoderDiscriminator)), ({"name": "wavegan", "base_channels": 8}, None)):
        made = task(labelled(), generator=name)
        networks = made.adversarial_networks()[:2]
        folders = [tmp_path / name["name"] / part for part in ("generator", "discriminator")]
        for network, folder in zip(networks, folders, strict=True):
            network.save_pretrained(folder)
        loaded = made.load_networks(*folders)
        assert kinds is None or (isinstance(loaded[0], kinds[0]) and isinstance(loaded[1], kinds[1]))
        again = get_modality("audio").load_generator(folders[0]), get_modality("audio").load_discriminator(folders[1])
        for network, other, third in zip(networks, loaded, again, strict=True):
            state = network.state_dict()
            assert all(torch.equal(state[key], part.state_dict()[key]) for part in (other, third) for key in state)


def test_unlabelled_recordings_train_the_vocoder_and_need_no_label():
    rows, other = labelled(), labelled((2, 2, 2)).remove_columns(["label", "speaker"])
    made = AudioClassification(Splits(rows, rows, unlabeled=other), TaskSettings(generator=VOCODER))
    both, alone = made.adversarial_rows(None), task(rows).adversarial_rows(None)
    assert len(both) > len(alone)


def test_the_searched_settings_fit_what_is_made():
    versions, new = ({d.name for d in task(labelled(), generator=g).policy_space().dimensions} for g in (VOCODER, {}))
    assert versions - new == {"perturbation"}
    assert new - versions == {"truncation"}


def test_a_generator_that_the_task_does_not_have_is_refused():
    with pytest.raises(UserError, match=r"audio-classification has no generator 'vocoss'\. Did you mean 'vocos'"):
        task(labelled(), generator={"name": "vocoss"}).check_settings()
    rows = labelled().rename_column("speaker", "text")
    speech = SpeechRecognition(Splits(rows, rows), TaskSettings(model=scratch("parakeet_ctc"), generator={"name": "wavegan"}))
    with pytest.raises(UserError, match="speech-recognition has no generator 'wavegan'"):
        speech.check_settings()
